'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { DOMException } = globalThis;

const { WritableStream } = require('node:stream/web');

const { toUSVString, viewOfBufferSource } = require('./webidl.js');

/**
 * "Set up the writable" of a connection (https://whatpr.org/websockets/48.html#dom-websocketopeninfo-writable).
 */
class Writable {
  /** @type {WritableStream<unknown>} */
  stream;
  #connection;
  /** @type {WritableStreamDefaultController} */
  #controller;
  /** The closing handshake has begun: nothing can be sent. */
  #closing = false;
  /** @type {PromiseWithResolvers | undefined} a write that waits for room */
  #room;
  /** @type {PromiseWithResolvers | undefined} the stream's own close, until the connection ends */
  #end;

  /**
   * @typedef {{ resolve: () => void, reject: (reason: unknown) => void }} PromiseWithResolvers
   */

  /**
   * @param {import('./connection.js').Connection} connection
   * @param {object} requests
   * @param {() => void} requests.onClose
   * @param {(reason: unknown) => void} requests.onAbort
   */
  constructor(connection, { onClose, onAbort }) {
    this.#connection = connection;
    this.stream = new WritableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      write: (chunk) => this.#write(chunk),
      close: () => {
        onClose();
        // The stream is closed when the closing handshake is over, and not before.
        return new Promise((resolve, reject) => {
          this.#end = { resolve, reject };
        });
      },
      abort: (reason) => onAbort(reason),
    });
  }

  /** The send buffer has room again. */
  onWritable() {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** The closing handshake has begun. */
  stop() {
    this.#closing = true;
  }

  /**
   * The peer closed. Whoever still writes learns that it is too late.
   *
   * @param {unknown} [error] why the end was unclean all the same, for whoever closed the stream
   */
  close(error) {
    this.#closing = true;
    if (!this.#end) this.fail(new DOMException('the connection is closed', 'InvalidStateError'));
    else if (error) this.fail(error);
    else this.#end.resolve();
  }

  /**
   * The stream cannot be used any more.
   *
   * @param {unknown} error
   */
  fail(error) {
    this.#closing = true;
    this.#room?.reject(error);
    this.#end?.reject(error);
    this.#room = undefined;
    this.#controller.error(error);
  }

  /**
   * "Write" of the standard. Returns nothing while the send buffer has room: the stream can then
   * take the next chunk at once.
   *
   * @param {unknown} chunk
   * @returns {Promise<void> | undefined}
   */
  #write(chunk) {
    // 1. Bytes become a binary message, anything else text. What cannot be converted throws.
    const message = viewOfBufferSource(chunk) ?? toUSVString(chunk);
    // 3. Once closing has begun, writes have no effect.
    if (this.#closing) return undefined;
    // 2. and 4. The message is copied and queued; the write is over when the buffer has room.
    if (this.#connection.write(message)) return this.#connection.turn();
    return new Promise((resolve, reject) => {
      this.#room = { resolve, reject };
    });
  }
}

module.exports = { Writable };
