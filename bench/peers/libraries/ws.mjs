import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import WebSocket from 'ws';
import { burst } from '../event-connection.mjs';
import { Inbox } from '../inbox.mjs';

export const { version } = createRequire(import.meta.url)('ws/package.json');

/**
 * @param {string} url
 * @param {import('../specification.mjs').Specification} specification
 * @returns {Promise<WsConnection>}
 */
export function open(url, { deflate, size }) {
  const perMessageDeflate = deflate && {
    clientNoContextTakeover: true,
    serverNoContextTakeover: true,
    threshold: 0,
  };
  const socket = new WebSocket(url, { perMessageDeflate });
  const connection = new WsConnection(socket, size);
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(connection));
    socket.on('error', reject);
  });
}

/** The methods that the workloads use, over the raw events of `ws`. */
class WsConnection {
  #socket;
  #burst;
  #inbox = new Inbox();

  constructor(socket, size) {
    this.#socket = socket;
    this.#burst = burst(size);
    // Text comes as bytes, and becomes a string as in any program that wants text.
    socket.on('message', (data, isBinary) => this.#inbox.put(isBinary ? data : data.toString()));
  }

  /**
   * Reads until `onMessage` returns true.
   *
   * @param {(data: string | Uint8Array) => boolean} onMessage
   */
  receive(onMessage) {
    this.#socket.on('close', (code) => this.#inbox.fail(new Error(`closed with ${code}`)));
    return this.#inbox.open(onMessage);
  }

  /**
   * Sends until `next` gives no message. The callback of the last message of a burst tells when it was written.
   *
   * @param {() => string | Uint8Array | undefined} next
   */
  async send(next) {
    let left = this.#burst;
    for (let message = next(); message !== undefined; message = next()) {
      if (--left > 0) {
        this.#socket.send(message);
        continue;
      }
      left = this.#burst;
      const written = new Promise((resolve) => this.#socket.send(message, resolve));
      await (this.#socket.bufferedAmount > HIGH_WATER_BYTES ? written : setImmediate());
    }
  }

  /**
   * Sends one message without waiting.
   *
   * @param {string | Uint8Array} message
   */
  post(message) {
    this.#socket.send(message);
  }

  /** Does the closing handshake. */
  close() {
    return new Promise((resolve) => {
      this.#socket.removeAllListeners('close');
      this.#socket.on('close', resolve);
      this.#socket.close();
    });
  }

  /** Stops reading from the socket. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }
}

const HIGH_WATER_BYTES = 256 * 1024;
