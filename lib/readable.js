'use strict';

const { ReadableStream } = require('node:stream/web');

/**
 * "Set up the readable" of a connection (https://whatpr.org/websockets/48.html#dom-websocketopeninfo-readable).
 *
 * Messages are enqueued in batches. A batch is taken from the connection only when the stream asks
 * for more, so at most one batch waits here, and the rest of the backpressure reaches the socket.
 *
 * It is the stream's own underlying source: closures for each connection would take more memory.
 */
class Readable {
  /** @type {ReadableStream<string | Uint8Array>} */
  stream;
  #connection;
  #owner;
  #requests;
  /** @type {ReadableStreamDefaultController<string | Uint8Array>} */
  #controller;
  /** The stream asked for more and got nothing. */
  #wanted = false;
  /** The stream asked for more and has to wait for the next turn of the event loop. */
  #postponed = false;
  /** A batch is being enqueued: the stream's calls of pull are answered after it. */
  #delivering = false;
  /** The peer has ended its messages and waits to be told that all were read. */
  #ending = false;
  /** @type {{ error: unknown } | undefined} set once there is an end to report after the queue */
  #failure;
  #finished = false;

  /**
   * @param {import('./connection.js').Connection} connection
   * @param {unknown} owner
   * @param {import('./writable.js').Requests<any>} requests
   */
  constructor(connection, owner, requests) {
    this.#connection = connection;
    this.#owner = owner;
    this.#requests = requests;
    // 1. Set up with pull and cancel, and the default strategy.
    this.stream = new ReadableStream(this);
  }

  /**
   * Called by the stream, as the next two.
   *
   * @param {ReadableStreamDefaultController<string | Uint8Array>} controller
   */
  start(controller) {
    this.#controller = controller;
  }

  pull() {
    if (this.#failure) this.#finish(this.#failure.error);
    else if (this.#delivering) this.#wanted = true;
    else this.#fill();
  }

  /** @param {unknown} reason */
  cancel(reason) {
    this.#finished = true;
    this.#connection.discard();
    this.#requests.closeUsing(this.#owner, reason);
  }

  /** Messages can be read. */
  onReadable() {
    // A large message in the middle of which the stream was cancelled may still become complete.
    if (!this.#finished && (this.#wanted || this.#postponed)) this.#fill();
  }

  /** The peer's Close frame, or its offence, comes behind the messages that are there. */
  onEnding() {
    this.#ending = true;
    if (this.#wanted) this.#acknowledge();
  }

  /** The connection ended cleanly: what was received is still read, then the stream closes. */
  close() {
    if (this.#finished) return;
    this.#takeAll();
    this.#finished = true;
    this.#controller.close();
  }

  /**
   * The connection failed: what was received is still read, then the stream errors.
   *
   * @param {unknown} error
   */
  fail(error) {
    if (this.#finished) return;
    this.#takeAll();
    this.#failure = { error };
    // Chunks that wait would be thrown away by the error.
    if (this.#isEmpty()) this.#finish(error);
  }

  /** Reads batches until the stream has enough, or there is nothing more. */
  #fill() {
    do {
      this.#postponed = !this.#connection.mayRead();
      if (this.#postponed) return;
      this.#wanted = !this.#deliver();
      if (this.#wanted) {
        if (this.#ending) this.#acknowledge();
        return;
      }
    } while (this.#isEmpty());
  }

  #deliver() {
    this.#delivering = true;
    const delivered = this.#connection.read(this.#enqueue);
    this.#delivering = false;
    return delivered;
  }

  /** @type {(message: string | Uint8Array) => void} */
  #enqueue = (message) => this.#controller.enqueue(message);

  /** The connection is about to go: what it holds is at most its receive buffer. */
  #takeAll() {
    while (this.#deliver());
  }

  #isEmpty() {
    return /** @type {number} */ (this.#controller.desiredSize) > 0;
  }

  /** @param {unknown} error */
  #finish(error) {
    this.#finished = true;
    this.#controller.error(error);
  }

  /** Whoever reads gets a turn to answer what it has read before the connection closes. */
  #acknowledge() {
    this.#ending = false;
    setImmediate(() => this.#connection.acknowledge());
  }
}

module.exports = { Readable };
