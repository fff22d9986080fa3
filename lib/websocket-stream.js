'use strict';

const { addAbortListener } = require('node:events');

const { closeInfoOf, toCloseInfo, validateCloseInfo, warnAboutCode } = require('./closing.js');
const { Connection } = require('./connection.js');
const { Diagnostics } = require('./diagnostics.js');
const { dial } = require('./dial.js');
const { ABNORMAL, connectionError, localError } = require('./errors.js');
const { openInfo } = require('./open-info.js');
const { toOptions } = require('./options.js');
const { Pings } = require('./pings.js');
const { Readable } = require('./readable.js');
const { settleable } = require('./settleable.js');
const { toStats } = require('./stats.js');
const { headersFor, redirectTarget } = require('./redirect.js');
const { checkSubprotocols } = require('./subprotocols.js');
const { judgeCertificate } = require('./tls-connect.js');
const { getURLRecord, placeOf } = require('./url.js');
const { closingOf, createWebSocketError } = require('./websocket-error.js');
const { Writable } = require('./writable.js');

/**
 * Connecting to one URL, the caller's or one that redirects led to.
 *
 * @typedef {object} Attempt
 * @property {import('./options.js').Options} options
 * @property {URL} url
 * @property {number} started when the time of the handshake began to run
 * @property {number} redirects that may still be followed
 * @property {string} [servername] whom the certificate has to name
 */

/**
 * The brand check of Web IDL.
 *
 * @type {(value: unknown) => boolean}
 */
let isWebSocketStream;

/** @type {import('./connection.js').Listener<WebSocketStream>} */
let listener;
/** @type {import('./writable.js').Requests<WebSocketStream>} */
let requests;

/**
 * https://whatpr.org/websockets/48.html#the-websocketstream-interface
 */
class WebSocketStream {
  #url;
  #opened = settleable();
  #closed = settleable();
  /** @type {'connecting' | 'open' | 'closing' | 'closed'} */
  #state = 'connecting';
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Readable | undefined} */
  #readable;
  /** @type {Writable | undefined} */
  #writable;
  #pings = new Pings();
  /** @type {Diagnostics} */
  #diagnostics;
  /** @type {number | null} milliseconds since 1970 */
  #openedAt = null;
  /** Whether the connection keeps the process alive, wanted before there is one. */
  #referenced = true;
  /** @type {Attempt | undefined} this and the next two until the opening handshake is over */
  #attempt;
  /** @type {import('./dial.js').Dialling | undefined} */
  #dialling;
  /** @type {Disposable | undefined} for the signal */
  #abortListener;

  /**
   * @param {string | URL} url
   * @param {import('../index.js').WebSocketStreamOptions} [options]
   */
  constructor(url, options = undefined) {
    if (arguments.length === 0) {
      throw new TypeError('WebSocketStream needs a URL as its first argument');
    }
    // Web IDL converts the arguments before the first step.
    const text = `${url}`;
    const converted = toOptions(options);
    // 1. Get a URL record, or throw. 3. Keep it.
    this.#url = getURLRecord(text);
    // 2. Protocols must be tokens, and different.
    checkSubprotocols(converted.protocols);
    this.#diagnostics = new Diagnostics(this, this.#url);
    // 4. The two promises are fields.
    // 5. Backpressure is applied: the streams pull.
    // 6. The signal.
    const { signal } = converted;
    if (signal) {
      // 6.1 Already aborted: no network activity at all.
      if (signal.aborted) {
        this.#abort(signal.reason);
        return;
      }
      // 6.2 Aborting works until the handshake is over.
      // No event listener: those of others could keep it from being called.
      this.#abortListener = addAbortListener(signal, () => this.#abort(signal.reason));
    }
    // 7. Run the opening handshake in parallel.
    const { maxRedirects: redirects } = converted;
    this.#connect({ options: converted, url: this.#url, started: Date.now(), redirects });
  }

  /** @returns {string} */
  get url() {
    return this.#url.href;
  }

  /** @returns {Promise<import('../index.js').WebSocketOpenInfo>} */
  get opened() {
    return isWebSocketStream(this) ? this.#opened.promise : illegalInvocation();
  }

  /** @returns {Promise<Required<import('../index.js').WebSocketCloseInfo>>} */
  get closed() {
    return isWebSocketStream(this) ? this.#closed.promise : illegalInvocation();
  }

  /**
   * https://whatpr.org/websockets/48.html#dom-websocketstream-close
   *
   * @param {import('../index.js').WebSocketCloseInfo} [closeInfo]
   */
  close(closeInfo = {}) {
    if (!isWebSocketStream(this)) throw new TypeError('Illegal invocation');
    const info = toCloseInfo(closeInfo);
    warnAboutCode(closeInfo);
    this.#close(validateCloseInfo(info));
  }

  /**
   * Ours: sends a Ping and tells the round trip in milliseconds.
   *
   * @param {string | ArrayBuffer | ArrayBufferView} [payload]
   * @returns {Promise<number>}
   */
  ping(payload = undefined) {
    if (!isWebSocketStream(this)) return illegalInvocation();
    return this.#pings.send(this.#state === 'open' ? this.#connection : undefined, payload);
  }

  /** Ours: what went through so far. */
  get stats() {
    if (!isWebSocketStream(this)) throw new TypeError('Illegal invocation');
    return toStats(this.#connection?.stats, this.#openedAt);
  }

  /** Ours: drops the socket without a closing handshake. */
  terminate() {
    if (!isWebSocketStream(this)) throw new TypeError('Illegal invocation');
    if (this.#state === 'connecting') {
      const cause = Object.assign(new Error('terminate() was called'), {
        code: 'ERR_WEBSOCKET_TERMINATED',
      });
      this.#fail(localError(this.#action, cause));
    } else if (this.#state !== 'closed') {
      this.#state = 'closing';
      this.#writable?.stop();
      this.#connection?.terminate();
    }
  }

  /** Ours: lets the connection keep the process alive, as it does from the beginning. */
  ref() {
    return this.#setRef(true);
  }

  /** Ours: lets the process end although the connection lives. */
  unref() {
    return this.#setRef(false);
  }

  /** Ours: what Node's own `ref` of any object calls, where Node has it. */
  [Symbol.for('nodejs.ref')]() {
    this.#setRef(true);
  }

  [Symbol.for('nodejs.unref')]() {
    this.#setRef(false);
  }

  /** Ours: for `await using`. An unclean end is no error here; `closed` tells of it. */
  async [Symbol.asyncDispose]() {
    this.#close({ closeCode: undefined, reason: '' });
    await this.#closed.promise.catch(() => {});
  }

  /** @param {boolean} referenced */
  #setRef(referenced) {
    if (!isWebSocketStream(this)) throw new TypeError('Illegal invocation');
    this.#referenced = referenced;
    this.#dialling?.setRef(referenced);
    this.#connection?.setRef(referenced);
    return this;
  }

  /**
   * "Close the WebSocketStream", with a validated code and reason.
   *
   * @param {{ closeCode: number | undefined, reason: string }} info
   */
  #close({ closeCode, reason }) {
    switch (this.#state) {
      case 'connecting':
        // 3. Not established: fail the connection.
        this.#fail(
          createWebSocketError('close() was called before the connection was established', {
            closeCode: ABNORMAL,
            reason: '',
          }),
        );
        break;
      case 'open':
        // 4. Start the closing handshake; queued messages go out first.
        this.#state = 'closing';
        this.#writable?.stop();
        this.#connection?.close(closeCode, reason);
        break;
      default:
      // 2. Closing or closed: nothing.
    }
  }

  /**
   * What cancelling and aborting do: close with what a WebSocketError says, or else with nothing.
   *
   * @param {unknown} reason
   */
  #closeUsing(reason) {
    this.#close(closeInfoOf(closingOf(reason)));
  }

  /** @param {Attempt} attempt */
  #connect(attempt) {
    this.#attempt = attempt;
    this.#dialling = dial(attempt.url, attempt.options, attempt, (error, connectOptions) => {
      if (this.#state !== 'connecting') return;
      if (error) {
        this.#fail(localError(this.#action, error));
        return;
      }
      attempt.servername = connectOptions.tls?.servername;
      try {
        this.#connection = new Connection(connectOptions, attempt.options, this, listener);
        this.#connection.setRef(this.#referenced);
        if (this.#diagnostics.watchesPings) this.#connection.watch();
      } catch (cause) {
        this.#fail(localError(this.#action, /** @type {Error} */ (cause)));
      }
    });
    if (!this.#referenced) this.#dialling.setRef(false);
  }

  /** @param {Uint8Array} certificate of the server */
  #onCertificate(certificate) {
    const { options, servername } = /** @type {Attempt} */ (this.#attempt);
    const fault = judgeCertificate(options.tls, /** @type {string} */ (servername), certificate);
    if (fault) this.#fail(localError(this.#action, fault));
    else this.#connection?.accept();
  }

  /**
   * @param {import('../binding.js').ClosedRecord} record
   * @returns {boolean} false when there is none to follow
   */
  #followRedirect(record) {
    if (this.#state !== 'connecting' || !this.#attempt?.options.maxRedirects) return false;
    const { options, redirects, started, url } = this.#attempt;
    const next = redirectTarget(record.error, url, redirects);
    if (!next) return false;
    const followed = { ...options, headers: headersFor(options.headers, url, next) };
    this.#connect({ options: followed, url: next, started, redirects: redirects - 1 });
    return true;
  }

  /**
   * "When a WebSocket connection is established".
   *
   * @param {import('../binding.js').OpenedRecord} record
   */
  #onOpened(record) {
    if (this.#state !== 'connecting') return;
    const connection = /** @type {Connection} */ (this.#connection);
    // 1. The ready state becomes open; the signal has no effect from here on.
    this.#state = 'open';
    this.#openedAt = Date.now();
    this.#endHandshake();
    // 4.-7. Set up the readable and the writable.
    this.#readable = new Readable(connection, this, requests);
    this.#writable = new Writable(connection, this, requests);
    // 8. Resolve.
    const info = openInfo(record, this.#readable.stream, this.#writable.stream);
    this.#opened.resolve(info);
    this.#diagnostics.onOpened(info);
  }

  /**
   * "When the WebSocket connection is closed".
   *
   * @param {import('../binding.js').ClosedRecord} record
   */
  #onClosed({ code, reason, error: record }) {
    if (this.#state === 'closed') return;
    // 2. Clean: the readable closes, the writable errors, `closed` fulfils.
    if (!record) {
      this.#state = 'closed';
      this.#readable?.close();
      this.#writable?.onClosed();
      this.#pings.end();
      this.#closed.resolve({ closeCode: code, reason });
      this.#diagnostics.onClosed(code, reason);
      return;
    }
    // 3. Not clean: one error for all.
    const action =
      this.#state === 'connecting'
        ? this.#action
        : `the connection to ${placeOf(this.#url)} failed`;
    const error = connectionError({ record, action, closeCode: code, reason });
    // The peer's Close frame ended the writing already, whatever became of the connection.
    if (code !== ABNORMAL && record.kind !== 'protocol') this.#writable?.onClosed(error);
    this.#fail(error);
  }

  /**
   * Ends everything with one error object.
   *
   * @param {unknown} error
   */
  #fail(error) {
    this.#state = 'closed';
    this.#endHandshake();
    this.#connection?.terminate();
    this.#opened.reject(error);
    this.#readable?.fail(error);
    this.#writable?.fail(error);
    this.#closed.reject(error);
    this.#pings.end(error);
    this.#diagnostics.onFailed(error);
  }

  /** Ends what belongs to the opening handshake only. */
  #endHandshake() {
    this.#dialling?.cancel();
    this.#abortListener?.[Symbol.dispose]();
    this.#attempt = this.#dialling = this.#abortListener = undefined;
  }

  /**
   * "Abort steps" of the signal.
   *
   * @param {unknown} reason
   */
  #abort(reason) {
    if (this.#state === 'connecting') this.#fail(reason);
  }

  get #action() {
    return `connecting to ${placeOf(this.#url)} failed`;
  }

  static {
    isWebSocketStream = (value) => typeof value === 'object' && value !== null && #url in value;
    listener = {
      onCertificate: (stream, certificate) => stream.#onCertificate(certificate),
      onOpened: (stream, record) => stream.#onOpened(record),
      onReadable: (stream) => stream.#readable?.onReadable(),
      onWritable: (stream) => stream.#writable?.onWritable(),
      onEnding: (stream) => stream.#readable?.onEnding(),
      onPongs: (stream, pongs) => stream.#pings.onPongs(pongs),
      onTraces: (stream, traces) => stream.#diagnostics.onTraces(traces),
      onClosed: (stream, record) => stream.#followRedirect(record) || stream.#onClosed(record),
    };
    requests = {
      close: (stream) => stream.#close({ closeCode: undefined, reason: '' }),
      closeUsing: (stream, reason) => stream.#closeUsing(reason),
    };
    Object.defineProperties(this.prototype, {
      close: { enumerable: true },
      closed: { enumerable: true },
      opened: { enumerable: true },
      url: { enumerable: true },
      [Symbol.toStringTag]: { value: 'WebSocketStream', configurable: true },
    });
  }
}

/** Web IDL: an attribute that returns promises rejects where others throw. */
function illegalInvocation() {
  return Promise.reject(new TypeError('Illegal invocation'));
}

module.exports = { WebSocketStream };
