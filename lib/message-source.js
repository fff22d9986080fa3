'use strict';

const { Blob } = require('node:buffer');
const { ReadableStream } = require('node:stream/web');

const { show, toUSVString, viewOfBufferSource } = require('./webidl.js');

/**
 * A message that is sent while it is being made, piece by piece: ours, because the standard would
 * send the text `[object Blob]` or `[object AsyncGenerator]`.
 */
class MessageSource {
  #iterator;
  #send;
  #stopped = false;
  /** @type {boolean | undefined} what the first piece was */
  #isText;
  /** The first half of a pair of UTF-16 units that two pieces share. */
  #carried = '';
  #begun = false;

  /**
   * @callback Send
   * @param {Uint8Array} bytes
   * @param {{ isText: boolean, first: boolean, last: boolean }} part
   * @returns {Promise<void> | undefined} waits for room
   */

  /**
   * @param {AsyncIterable<unknown>} pieces
   * @param {boolean | undefined} isText where it is known
   * @param {Send} send
   */
  constructor(pieces, isText, send) {
    this.#iterator = pieces instanceof ReadableStream ? readFrom(pieces) : iterate(pieces);
    this.#isText = isText;
    this.#send = send;
  }

  /** Part of the message has been sent, and the rest has not. */
  get isHalfSent() {
    return this.#begun;
  }

  /** Sends every piece, then the end. Rejects with what the source throws. */
  async run() {
    for (;;) {
      const { done, value } = await this.#iterator.next();
      if (this.#stopped) return;
      if (done) break;
      try {
        await this.#sendPiece(value);
      } catch (error) {
        this.stop();
        throw error;
      }
      if (this.#stopped) return;
    }
    // What is carried has no second half: it becomes U+FFFD.
    const rest = Buffer.from(this.#carried.toWellFormed());
    await this.#sendPart(rest, this.#isText ?? false, true);
    this.#begun = false;
  }

  /** Asks for no more pieces. */
  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    // A source that waits for something may never come back, and one that fails changes nothing.
    new Promise((resolve) => {
      resolve(this.#iterator.return?.());
    }).catch(() => {});
  }

  /** @param {unknown} piece */
  async #sendPiece(piece) {
    const isText = typeof piece === 'string';
    const bytes = isText ? this.#encode(piece) : viewOfBufferSource(piece);
    if (!bytes) {
      throw new TypeError(`a piece of a message must be bytes or a string, not ${show(piece)}`);
    }
    this.#isText ??= isText;
    if (this.#isText !== isText) {
      throw new TypeError('the pieces of a message must be all bytes or all strings');
    }
    if (bytes.byteLength > 0) await this.#sendPart(bytes, isText, false);
  }

  /**
   * @param {Uint8Array} bytes
   * @param {boolean} isText
   * @param {boolean} last
   */
  #sendPart(bytes, isText, last) {
    const first = !this.#begun;
    this.#begun = true;
    return this.#send(bytes, { isText, first, last });
  }

  /** @param {string} text */
  #encode(text) {
    const whole = this.#carried + text;
    const end = /[\ud800-\udbff]$/.test(whole) ? whole.length - 1 : whole.length;
    this.#carried = whole.slice(end);
    return Buffer.from(toUSVString(whole.slice(0, end)));
  }
}

/**
 * The pieces of a chunk that is no message by itself; `undefined` for every other chunk.
 *
 * @param {unknown} chunk
 * @returns {{ pieces: AsyncIterable<unknown>, isText: boolean | undefined } | undefined}
 */
function piecesOf(chunk) {
  if (typeof chunk !== 'object' || chunk === null) return undefined;
  if (chunk instanceof Blob) return { pieces: chunk.stream(), isText: false };
  if (chunk instanceof ReadableStream || isAsyncIterable(chunk)) {
    return { pieces: /** @type {AsyncIterable<unknown>} */ (chunk), isText: undefined };
  }
  return undefined;
}

/**
 * @param {AsyncIterable<unknown>} pieces
 * @returns {AsyncIterator<unknown>}
 */
function iterate(pieces) {
  return pieces[Symbol.asyncIterator]();
}

/**
 * The iterator of a stream could not be left while it waits; its reader can.
 *
 * @param {ReadableStream<unknown>} stream
 * @returns {AsyncIterator<unknown>}
 */
function readFrom(stream) {
  const reader = stream.getReader();
  return {
    next: () => /** @type {Promise<IteratorResult<unknown>>} */ (reader.read()),
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** @param {object} value */
function isAsyncIterable(value) {
  return Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === 'function';
}

module.exports = { MessageSource, piecesOf };
