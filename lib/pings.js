'use strict';

const { DOMException } = globalThis;

const { settleable } = require('./settleable.js');
const { show, toUSVString, viewOfBufferSource } = require('./webidl.js');

/**
 * Pings of one connection that wait for their Pong.
 */
class Pings {
  #nextId = 0;
  /**
   * Not before there is one: an empty map takes more memory than all the rest of this.
   *
   * @type {Map<number, ReturnType<typeof settleable<number>>> | undefined}
   */
  #waiting;

  /**
   * @param {import('./connection.js').Connection | undefined} connection none while it is not open
   * @param {unknown} payload
   * @returns {Promise<number>} the round trip in milliseconds; nobody has to look at it
   */
  send(connection, payload) {
    const answer = settleable();
    try {
      const bytes = toPingPayload(payload);
      if (!connection) throw new DOMException('the connection is not open', 'InvalidStateError');
      const id = this.#nextId;
      this.#nextId = (id + 1) >>> 0;
      this.#waiting ??= new Map();
      this.#waiting.set(id, answer);
      connection.ping(id, bytes);
    } catch (error) {
      answer.reject(error);
    }
    return answer.promise;
  }

  /** @param {number[]} pongs in turn the id and the milliseconds */
  onPongs(pongs) {
    for (let i = 0; i < pongs.length; i += 2) {
      this.#waiting?.get(pongs[i])?.resolve(pongs[i + 1]);
      this.#waiting?.delete(pongs[i]);
    }
  }

  /**
   * No Pong can come any more.
   *
   * @param {unknown} [error] why; without one the connection was closed in order
   */
  end(error) {
    if (!this.#waiting?.size) return;
    const reason = error ?? new DOMException('the connection is closed', 'InvalidStateError');
    for (const answer of this.#waiting.values()) answer.reject(reason);
    this.#waiting.clear();
  }
}

/**
 * Converts the argument of `ping()`: bytes, or text that is sent as UTF-8.
 *
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
function toPingPayload(value) {
  if (value === undefined) return undefined;
  const bytes =
    typeof value === 'string' ? Buffer.from(toUSVString(value)) : viewOfBufferSource(value);
  if (!bytes) {
    throw new TypeError(`the payload of a ping must be bytes or a string, not ${show(value)}`);
  }
  // RFC 6455 section 5.5.
  if (bytes.byteLength > MAX_PAYLOAD_BYTES) {
    throw new RangeError(
      `the payload of a ping must be at most ${MAX_PAYLOAD_BYTES} bytes long, not ${bytes.byteLength}`,
    );
  }
  return bytes;
}

const MAX_PAYLOAD_BYTES = 125;

module.exports = { Pings };
