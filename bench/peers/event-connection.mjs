// A connection through the `WebSocket` interface of browsers, as Node and Bun have it built in.

import { setImmediate, setTimeout } from 'node:timers/promises';
import { Inbox } from './inbox.mjs';

/** The methods that the workloads use, over a `WebSocket`. */
export class EventConnection {
  #socket;
  #burst;
  #inbox = new Inbox();

  /**
   * @param {WebSocket} socket
   * @param {string} binaryType
   * @param {number} size
   */
  static open(socket, binaryType, size) {
    socket.binaryType = binaryType;
    const connection = new EventConnection(socket, size);
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(connection);
      socket.onerror = (event) =>
        reject(event.error ?? new Error(event.message ?? 'no connection'));
    });
  }

  constructor(socket, size) {
    this.#socket = socket;
    this.#burst = burst(size);
    socket.onmessage = (event) => this.#inbox.put(event.data);
  }

  /**
   * Reads until `onMessage` returns true.
   *
   * @param {(data: string | ArrayBuffer | Uint8Array) => boolean} onMessage
   */
  receive(onMessage) {
    this.#socket.onclose = (event) => this.#inbox.fail(new Error(`closed with ${event.code}`));
    return this.#inbox.open(onMessage);
  }

  /**
   * Sends until `next` gives no message. Backpressure is what the interface offers: looking at `bufferedAmount`.
   *
   * @param {() => string | Uint8Array | undefined} next
   */
  async send(next) {
    let left = this.#burst;
    for (let message = next(); message !== undefined; message = next()) {
      this.#socket.send(message);
      if (--left > 0) continue;
      left = this.#burst;
      await setImmediate();
      while (this.#socket.bufferedAmount > HIGH_WATER_BYTES) await setTimeout(1);
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
      this.#socket.onclose = () => resolve(undefined);
      this.#socket.close();
    });
  }
}

/**
 * How many messages are sent before the event loop gets its turn.
 *
 * @param {number} size
 */
export function burst(size) {
  return Math.max(1, Math.min(256, Math.floor((256 * 1024) / size)));
}

const HIGH_WATER_BYTES = 1024 * 1024;
