'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { DOMException } = globalThis;

const { WritableStream } = require('node:stream/web');

const { MessageSource, piecesOf } = require('./message-source.js');
const { toUSVString, viewOfBufferSource } = require('./webidl.js');

/**
 * What the streams of a connection ask of its owner, which comes first: one object serves all connections.
 *
 * @template Owner
 * @typedef {object} Requests
 * @property {(owner: Owner) => void} close
 * @property {(owner: Owner, reason: unknown) => void} closeUsing with what a WebSocketError says
 */

/**
 * "Set up the writable" of a connection (https://whatpr.org/websockets/48.html#dom-websocketopeninfo-writable).
 *
 * It is the stream's own underlying sink: closures for each connection would take more memory.
 */
class Writable {
  /** @type {WritableStream<unknown>} */
  stream;
  #connection;
  #owner;
  #requests;
  /** @type {WritableStreamDefaultController} */
  #controller;
  /** The closing handshake has begun: nothing can be sent. */
  #closing = false;
  /** A write that waits is told when the stream aborts. */
  #watchesAbort = false;
  /** @type {PromiseWithResolvers | undefined} a write that waits for room */
  #room;
  /** @type {(PromiseWithResolvers & { source: MessageSource }) | undefined} a message in parts */
  #sending;
  /** @type {PromiseWithResolvers | undefined} the stream's own close, until the connection ends */
  #end;

  /**
   * @typedef {{ resolve: () => void, reject: (reason: unknown) => void }} PromiseWithResolvers
   */

  /**
   * @param {import('./connection.js').Connection} connection
   * @param {unknown} owner
   * @param {Requests<any>} requests
   */
  constructor(connection, owner, requests) {
    this.#connection = connection;
    this.#owner = owner;
    this.#requests = requests;
    this.stream = new WritableStream(this);
  }

  /**
   * Called by the stream, as the next three.
   *
   * @param {WritableStreamDefaultController} controller
   */
  start(controller) {
    this.#controller = controller;
  }

  /**
   * "Write" of the standard. Returns nothing while the send buffer has room: the stream can then
   * take the next chunk at once.
   *
   * @param {unknown} chunk
   * @returns {Promise<void> | undefined}
   */
  write(chunk) {
    // 1. Bytes become a binary message, anything else text. What cannot be converted throws.
    /** @type {string | Uint8Array | undefined} */
    let message = viewOfBufferSource(chunk);
    if (!message) {
      // Ours: a message that is made while it is sent.
      const pieces = piecesOf(chunk);
      if (pieces) return this.#closing ? undefined : this.#writePieces(pieces);
      message = toUSVString(chunk);
    }
    // 3. Once closing has begun, writes have no effect.
    if (this.#closing) return undefined;
    // 2. and 4. The message is copied and queued; the write is over when the buffer has room.
    if (this.#connection.write(message)) return this.#connection.turn();
    return this.#waitForRoom();
  }

  /** The stream is closed when the closing handshake is over, and not before. */
  close() {
    this.#requests.close(this.#owner);
    return new Promise((/** @type {(value?: any) => void} */ resolve, reject) => {
      this.#end = { resolve, reject };
    });
  }

  /** @param {unknown} reason */
  abort(reason) {
    this.#requests.closeUsing(this.#owner, reason);
  }

  /** The send buffer has room again. */
  onWritable() {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** The closing handshake has begun. */
  stop() {
    this.#closing = true;
    this.#stopSource(null);
  }

  /**
   * The peer closed. Whoever still writes learns that it is too late.
   *
   * @param {unknown} [error] why the end was unclean all the same, for whoever closed the stream
   */
  onClosed(error) {
    this.#closing = true;
    if (!this.#end) this.fail(closedError());
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
    this.#stopSource({ error });
    this.#room?.reject(error);
    this.#end?.reject(error);
    this.#room = undefined;
    this.#controller.error(error);
  }

  /**
   * Sends one message in fragments. The stream keeps other chunks waiting meanwhile.
   *
   * @param {{ pieces: AsyncIterable<unknown>, isText: boolean | undefined }} pieces
   * @returns {Promise<void>}
   */
  #writePieces({ pieces, isText }) {
    this.#watchAbort();
    const source = new MessageSource(pieces, isText, (bytes, part) => {
      if (this.#closing) return undefined;
      return this.#connection.writePart(bytes, part) ? undefined : this.#waitForRoom();
    });
    // Settled from outside as well: the source may never come to an end.
    return new Promise((resolve, reject) => {
      this.#sending = { source, resolve, reject };
      source.run().then(
        () => this.#stopSource(null),
        (error) => {
          this.#stopSource({ error });
          // Half a message cannot be taken back, and nothing else can follow it.
          if (source.isHalfSent && !this.#closing) this.#requests.closeUsing(this.#owner, error);
        },
      );
    });
  }

  /** The stream aborts when its write is over, which a slow source or peer would put off. */
  #watchAbort() {
    if (this.#watchesAbort) return;
    this.#watchesAbort = true;
    const { signal } = /** @type {any} */ (this.#controller);
    signal.addEventListener('abort', () => {
      this.#stopSource(null);
      this.#room?.reject(signal.reason);
      this.#room = undefined;
    });
  }

  /** @param {{ error: unknown } | null} failure none when the rest has simply no effect */
  #stopSource(failure) {
    this.#sending?.source.stop();
    if (failure) this.#sending?.reject(failure.error);
    else this.#sending?.resolve();
    this.#sending = undefined;
  }

  /** @returns {Promise<void>} */
  #waitForRoom() {
    this.#watchAbort();
    return new Promise((resolve, reject) => {
      this.#room = { resolve, reject };
    });
  }
}

/**
 * An error without a stack, which could only show that the event loop told of the end: taking it
 * would cost as much as all else that is done for a clean end.
 */
function closedError() {
  const { stackTraceLimit } = Error;
  // It may be missing or frozen; the error has a stack then.
  const isLimited = typeof stackTraceLimit === 'number' && Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return new DOMException('the connection is closed', 'InvalidStateError');
  } finally {
    if (isLimited) Error.stackTraceLimit = stackTraceLimit;
  }
}

module.exports = { Writable };
