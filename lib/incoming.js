'use strict';

const { Nursery } = require('./nursery.js');

/**
 * Cuts batches of received messages out of the slab that the native half packs them into.
 * There is one slab per environment: a batch is cut before the next one is asked for.
 */
class Incoming {
  #hub;
  #bytes = new Uint8Array(SLAB_BYTES);
  /** The same memory, with the methods that make strings. */
  #text = Buffer.from(this.#bytes.buffer);
  /** Per message where it starts, and `length << 2 | kind`. */
  #meta = new Uint32Array(2 * MAX_MESSAGES);
  /**
   * Large messages that are coming, by connection.
   *
   * @type {Map<number, { bytes: Uint8Array, filled: number }>}
   */
  #begun = new Map();
  /** What `readShared` hands out views of, and how much of it is used. */
  #shared = Buffer.alloc(0);
  #used = 0;
  #nursery = new Nursery();
  #freed;
  #read;

  /** Bytes that were read since the event loop is known to have turned. */
  #taken = 0;
  /** @type {Set<number>} connections whose readers wait for the next turn */
  #waiting = new Set();
  #onReadable;
  /** The next turn will be noticed. */
  #awaited = false;

  /**
   * @param {import('../binding.js').Hub} hub
   * @param {import('./freed-memory.js').FreedMemory} freed
   * @param {(id: number) => void} onReadable tells a reader that had to wait for the next turn
   */
  constructor(hub, freed, onReadable) {
    this.#hub = hub;
    this.#freed = freed;
    this.#onReadable = onReadable;
    this.#read = hub.readInto(this.#bytes, this.#meta);
  }

  /**
   * Readers that find messages every time would never let the event loop turn: their promises are
   * settled as microtasks. After a while they have to wait for the next turn.
   *
   * @param {number} id
   * @returns {boolean} false when the reader is told in the next turn
   */
  mayRead(id) {
    // Several events may come before the turn ends, and all of them count.
    if (this.#taken >= AWAITED_FROM) this.#awaitTurn();
    if (this.#taken < BYTES_PER_TURN) return true;
    this.#waiting.add(id);
    return false;
  }

  /** An event begins: unless the end of this turn is awaited, the event loop has turned. */
  onEvent() {
    if (!this.#awaited) this.#taken = 0;
  }

  #endTurn = () => {
    this.#awaited = false;
    this.#taken = 0;
    const waiting = this.#waiting;
    // Those that wait again are behind the others.
    for (const id of waiting) {
      if (this.#taken >= BYTES_PER_TURN) break;
      waiting.delete(id);
      this.#onReadable(id);
    }
    if (waiting.size > 0) this.#awaitTurn();
  };

  #awaitTurn() {
    if (this.#awaited) return;
    this.#awaited = true;
    setImmediate(this.#endTurn);
  }

  /**
   * Delivers one batch of a connection.
   *
   * @param {number} id
   * @param {(message: string | Uint8Array) => void} deliver
   * @returns {boolean} false when there was nothing; a signal follows when there is
   */
  read(id, deliver) {
    if (this.#begun.size > 0 && this.#begun.has(id)) return this.#goOn(id, deliver);
    const count = this.#read(id);
    if (count < 0) return this.#readLarge(id, count, deliver);
    const meta = this.#meta;
    const bytes = this.#bytes;
    const text = this.#text;
    let copied = 0;
    for (let i = 0; i < count; i++) {
      const start = meta[2 * i];
      const entry = meta[2 * i + 1];
      const end = start + (entry >>> 2);
      const kind = entry & 3;
      if (kind === ASCII) deliver(text.latin1Slice(start, end));
      else if (kind === UTF8) deliver(text.utf8Slice(start, end));
      else {
        deliver(copy(bytes, start, end));
        copied += end - start;
      }
      this.#taken += end - start + MESSAGE_COST;
    }
    if (copied > 0) this.#onAllocated(copied, count);
    return count > 0;
  }

  /**
   * As `read`, but bytes are delivered as views of memory that they share, which costs no
   * allocation for each message. A view keeps all of that memory alive.
   *
   * @param {number} id
   * @param {(message: string | Uint8Array) => void} deliver
   * @returns {boolean}
   */
  readShared(id, deliver) {
    if (this.#begun.size > 0 && this.#begun.has(id)) return this.#goOn(id, deliver);
    if (this.#shared.length - this.#used < MIN_ROOM) {
      this.#shared = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
      this.#onAllocated(SLAB_BYTES, 0);
    }
    const shared = this.#shared;
    const count = this.#hub.read(id, shared.subarray(this.#used), this.#meta);
    if (count < 0) return this.#readLarge(id, count, deliver);
    const meta = this.#meta;
    const base = this.#used;
    for (let i = 0; i < count; i++) {
      const start = base + meta[2 * i];
      const length = meta[2 * i + 1] >>> 2;
      const kind = meta[2 * i + 1] & 3;
      if (kind === ASCII) deliver(shared.latin1Slice(start, start + length));
      else if (kind === UTF8) deliver(shared.utf8Slice(start, start + length));
      else deliver(new Uint8Array(shared.buffer, start, length));
      this.#used = start + length;
      this.#taken += length + MESSAGE_COST;
    }
    return count > 0;
  }

  /**
   * @param {number} bytes
   * @param {number} chunks
   */
  #onAllocated(bytes, chunks) {
    this.#nursery.onAllocated(bytes, chunks);
    this.#freed.onTaken(bytes);
  }

  /**
   * Forgets what has come of a message that will never be complete.
   *
   * @param {number} id
   */
  forget(id) {
    this.#begun.delete(id);
    this.#waiting.delete(id);
  }

  /**
   * @param {number} id
   * @param {number} what as `hub.read` says it
   * @param {(message: string | Uint8Array) => void} deliver
   */
  #readLarge(id, what, deliver) {
    const [kind, length] = this.#meta;
    this.#taken += length;
    if (kind !== BINARY) {
      this.#freed.onTaken(length);
      deliver(this.#hub.takeLargeText());
      return true;
    }
    this.#onAllocated(length, 1);
    if (what === BEGUN) {
      this.#begun.set(id, { bytes: uninitialized(length), filled: 0 });
      return this.#goOn(id, deliver);
    }
    const bytes = uninitialized(length);
    this.#hub.takeLargeBytes(bytes);
    deliver(bytes);
    return true;
  }

  /**
   * Reads the socket into the memory of the message that has begun.
   *
   * @param {number} id
   * @param {(message: string | Uint8Array) => void} deliver
   */
  #goOn(id, deliver) {
    const message = /** @type {{ bytes: Uint8Array, filled: number }} */ (this.#begun.get(id));
    const count = this.#hub.fill(id, message.bytes, message.filled);
    message.filled += count;
    if (count >= 0 && message.filled < message.bytes.length) return false;
    this.#begun.delete(id);
    if (count < 0) return false;
    deliver(message.bytes);
    return true;
  }
}

/**
 * Memory that will be written to its end.
 *
 * @param {number} length
 */
function uninitialized(length) {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/**
 * An array of its own. The cheapest way depends on the size: V8 keeps small arrays on its heap, and
 * `slice` fills the memory of others with zeros before it copies.
 *
 * @param {Uint8Array} slab
 * @param {number} start
 * @param {number} end
 */
function copy(slab, start, end) {
  return end - start < COPIED_FROM
    ? slab.slice(start, end)
    : new Uint8Array(slab.subarray(start, end));
}

/** The answer of the native half for a large message whose rest is read into its memory. */
const BEGUN = -2;

/** From this size on, an array made of another one is cheaper than a slice of it. */
const COPIED_FROM = 4 * 1024;

/** Kinds of messages, as `src/net/inbox.rs` numbers them. */
const BINARY = 0;
const ASCII = 1;
const UTF8 = 2;

/** Must hold one message of the native half's PACK_LIMIT; more makes a batch of small ones. */
const SLAB_BYTES = 256 * 1024;

/** Must hold one message of the native half's PACK_LIMIT, and a part of another. */
const MIN_ROOM = 64 * 1024;

/** Reading so much takes less than a millisecond; timers and other sockets can wait for that. */
const BYTES_PER_TURN = 1024 * 1024;

/** Less than this is not worth noticing the turn's end for: a single message would pay for it. */
const AWAITED_FROM = 64 * 1024;

/** What a message counts besides its bytes. */
const MESSAGE_COST = 64;

/** How many messages a batch may have: what a readable queues beyond its high-water mark. */
const MAX_MESSAGES = 256;

module.exports = { Incoming };
