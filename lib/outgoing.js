'use strict';

/**
 * Collects written messages of all connections of this environment, and hands them to the native
 * half in one call: at once when nothing was written in this turn of the event loop, otherwise
 * when the slab is full or the turn ends.
 */
class Outgoing {
  #hub;
  #freed;
  #flush;
  #bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #length = 0;
  #meta = new Uint32Array(2 * MAX_MESSAGES);
  #count = 0;
  /** Something was handed over in this turn already. */
  #busy = false;
  /** The end of this turn will be noticed. */
  #awaited = false;
  /** Odd while the native half's event and its microtasks run, another number for each. */
  #events;
  /** The number at the last write. */
  #event = 0;
  /** Slabs that were filled in this turn. */
  #filled = 0;
  /** @type {(() => void)[]} writers that wait for the next turn */
  #waiting = [];

  /**
   * @param {import('../binding.js').Hub} hub
   * @param {import('./freed-memory.js').FreedMemory} freed
   * @param {Uint32Array} events as the hub was given it
   */
  constructor(hub, freed, events) {
    this.#hub = hub;
    this.#freed = freed;
    this.#events = events;
    this.#flush = hub.flushFrom(this.#bytes, this.#meta);
  }

  /**
   * @param {number} id
   * @param {string} text well-formed or not: lone surrogates become U+FFFD
   * @returns {number} bytes
   */
  writeText(id, text) {
    // A UTF-16 unit becomes at most three bytes.
    const room = text.length * 3;
    if (room > LARGE) {
      const bytes = Buffer.from(text);
      return this.#write(id, bytes, 1);
    }
    this.#makeRoom(room);
    const length = this.#bytes.utf8Write(text, this.#length);
    this.#append(id, length, 1);
    return length;
  }

  /**
   * @param {number} id
   * @param {Uint8Array} bytes copied before this returns
   * @returns {number} bytes
   */
  writeBytes(id, bytes) {
    return this.#write(id, bytes, 0);
  }

  /**
   * Writers that find room every time would never let the event loop turn: their promises are
   * settled as microtasks. After a while they have to wait for the next turn.
   *
   * @returns {Promise<void> | undefined}
   */
  turn() {
    if (this.#filled < SLABS_PER_TURN) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /**
   * Hands over what is collected.
   *
   * @param {boolean} [atOnce] writes to an idle socket on this thread: one message must not wait
   *   for another thread to wake up, but a full slab is better encoded there
   */
  flush(atOnce = false) {
    const count = this.#count;
    if (count === 0) return;
    this.#freed.onTaken(this.#length);
    this.#length = 0;
    this.#count = 0;
    this.#flush(count, atOnce);
  }

  /**
   * @param {number} id
   * @param {Uint8Array} bytes
   * @param {0 | 1} isText
   */
  #write(id, bytes, isText) {
    const { length } = bytes;
    if (length > LARGE) {
      // It must not overtake what was written before.
      this.flush();
      this.#freed.onTaken(length);
      this.#hub.sendLarge(id, bytes, isText === 1);
      return length;
    }
    this.#makeRoom(length);
    this.#bytes.set(bytes, this.#length);
    this.#append(id, length, isText);
    return length;
  }

  /** @param {number} length */
  #makeRoom(length) {
    if (this.#length + length <= SLAB_BYTES && this.#count < MAX_MESSAGES) return;
    this.#filled++;
    this.flush();
  }

  /**
   * @param {number} id
   * @param {number} length
   * @param {0 | 1} isText
   */
  #append(id, length, isText) {
    const index = 2 * this.#count++;
    this.#meta[index] = id;
    this.#meta[index + 1] = (length << 1) | isText;
    this.#length += length;
    const event = this.#events[0];
    if (event !== this.#event) {
      // What was written before it is either handed over, or waits for the end of the turn.
      this.#event = event;
      this.#busy = this.#awaited;
    }
    if (!this.#busy) {
      this.#busy = true;
      this.flush(true);
      // An answer to an event: the number changes when that ends.
      if (event % 2 === 1) return;
    }
    this.#awaitEnd();
  }

  #awaitEnd() {
    if (this.#awaited) return;
    this.#awaited = true;
    setImmediate(this.#endTurn);
  }

  #endTurn = () => {
    const waiting = this.#waiting;
    this.#filled = 0;
    this.#waiting = [];
    this.#awaited = false;
    this.#busy = this.#count > 0 || waiting.length > 0;
    if (!this.#busy) return;
    this.flush(this.#length <= LITTLE);
    this.#awaitEnd();
    for (const resolve of waiting) resolve();
  };
}

/** A batch of small messages: large enough that the call disappears among them. */
const SLAB_BYTES = 64 * 1024;

/** So much is written as fast as another thread is woken for it. */
const LITTLE = 1024;

/** A message above this goes alone: copying it twice would cost more than a call. */
const LARGE = 16 * 1024;

const MAX_MESSAGES = 1024;

/** A few slabs are about a millisecond's work; timers and other sockets can wait for that. */
const SLABS_PER_TURN = 4;

module.exports = { Outgoing };
