'use strict';

// What others may watch: channels of node:diagnostics_channel, and lines for NODE_DEBUG. Neither
// costs more than a look at a flag while nobody watches.

const { channel } = require('node:diagnostics_channel');
const { debuglog } = require('node:util');

/** Tells of one connection. Payloads are documented in docs/api.md. */
class Diagnostics {
  #stream;
  #url;
  #number = ++count;
  #started = performance.now();
  #opened = false;

  /**
   * @param {import('../index.js').WebSocketStream} stream
   * @param {URL} url
   */
  constructor(stream, url) {
    this.#stream = stream;
    this.#url = url;
    if (debug.enabled) this.#log(`connecting to ${this.#place}`);
  }

  /** Whether somebody wants to hear of control frames. */
  get watchesPings() {
    return debug.enabled || channels.ping.hasSubscribers || channels.pong.hasSubscribers;
  }

  /** @param {import('../index.js').WebSocketOpenInfo} info */
  onOpened(info) {
    this.#opened = true;
    const { response, ...facts } = info;
    this.#onHandshake(response, null);
    this.#publish('open', facts);
    if (!debug.enabled) return;
    const { protocol, remoteAddress, remotePort, tls } = info;
    const names = [...response.headers.keys()].join(', ');
    this.#log(`open: ${remoteAddress}:${remotePort}, ${tls ? tls.protocol : 'no TLS'}`);
    this.#log(`subprotocol ${JSON.stringify(protocol)}, header fields ${names}`);
  }

  /** @param {import('../binding.js').TraceRecord[]} traces */
  onTraces(traces) {
    for (const { kind, payload, roundTrip = null } of traces) {
      const direction = kind === 'ping-sent' ? 'sent' : 'received';
      if (kind === 'pong-received') this.#publish('pong', { payload, roundTrip });
      else this.#publish('ping', { direction, payload });
      const time = roundTrip === null ? '' : `, ${roundTrip.toFixed(1)} ms`;
      if (debug.enabled) this.#log(`${kind}: ${payload.length} bytes${time}`);
    }
  }

  /**
   * @param {number} closeCode
   * @param {string} reason
   */
  onClosed(closeCode, reason) {
    this.#onEnd({ closeCode, reason, error: null });
  }

  /** @param {any} error what `closed` rejects with */
  onFailed(error) {
    if (!this.#opened) this.#onHandshake(error?.response ?? null, error);
    this.#publish('error', { error });
    this.#onEnd({ closeCode: error?.closeCode ?? ABNORMAL, reason: error?.reason ?? '', error });
  }

  /**
   * @param {import('../index.js').WebSocketResponse | null} response
   * @param {unknown} error
   */
  #onHandshake(response, error) {
    const duration = performance.now() - this.#started;
    // The headers become an object when somebody looks.
    if (channels.handshake.hasSubscribers) {
      this.#publish('handshake', {
        status: response?.status ?? null,
        headers: response?.headers ?? null,
        duration,
        error,
      });
    }
    if (debug.enabled) {
      this.#log(`handshake: status ${response?.status ?? 'none'}, ${duration.toFixed(1)} ms`);
    }
  }

  /** @param {{ closeCode: number, reason: string, error: any }} end */
  #onEnd(end) {
    if (channels.close.hasSubscribers) {
      this.#publish('close', { ...end, stats: this.#stream.stats });
    }
    if (!debug.enabled) return;
    const { messagesReceived, messagesSent } = this.#stream.stats;
    const how = end.error ? `failed: ${end.error.message}` : 'closed';
    this.#log(`${how} (${end.closeCode}), ${messagesReceived} in, ${messagesSent} out`);
  }

  /**
   * @template {keyof typeof channels} Name
   * @param {Name} name
   * @param {Omit<import('../index.js').WebSocketDiagnostics[`websocketstream:${Name}`], keyof import('../index.js').WebSocketDiagnosticsMessage>} payload
   */
  #publish(name, payload) {
    const target = channels[name];
    if (!target.hasSubscribers) return;
    target.publish({ stream: this.#stream, url: this.#place, ...payload });
  }

  /** @param {string} text */
  #log(text) {
    debug('%d %s', this.#number, text);
  }

  /** The URL without what may be secret: user name, password and the values of the query. */
  get #place() {
    const url = new URL(this.#url);
    url.username = '';
    url.password = '';
    for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, 'redacted');
    return url.href;
  }
}

const channels = {
  close: channel('websocketstream:close'),
  error: channel('websocketstream:error'),
  handshake: channel('websocketstream:handshake'),
  open: channel('websocketstream:open'),
  ping: channel('websocketstream:ping'),
  pong: channel('websocketstream:pong'),
};

const debug = debuglog('websocketstream');

/** Where an error has no close code: the signal's reason. */
const ABNORMAL = 1006;

/** Connections so far, to tell them apart in a log. */
let count = 0;

module.exports = { Diagnostics };
