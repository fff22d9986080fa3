'use strict';

/**
 * Cuts batches of received messages out of the slab that the native half packs them into.
 * There is one slab per environment: a batch is cut before the next one is asked for.
 */
class Incoming {
  #hub;
  #bytes = new Uint8Array(SLAB_BYTES);
  /** The same memory, with the methods that make strings. */
  #text = Buffer.from(this.#bytes.buffer);
  #meta = new Uint32Array(MAX_MESSAGES);
  /** What `readShared` hands out views of, and how much of it is used. */
  #shared = Buffer.alloc(0);
  #used = 0;

  /** @param {import('../binding.js').Hub} hub */
  constructor(hub) {
    this.#hub = hub;
  }

  /**
   * Delivers one batch of a connection.
   *
   * @param {number} id
   * @param {(message: string | Uint8Array) => void} deliver
   * @returns {boolean} false when there was nothing; a signal follows when there is
   */
  read(id, deliver) {
    const count = this.#hub.read(id, this.#bytes, this.#meta);
    if (count < 0) {
      deliver(this.#takeLarge());
      return true;
    }
    const meta = this.#meta;
    const bytes = this.#bytes;
    const text = this.#text;
    let start = 0;
    for (let i = 0; i < count; i++) {
      const end = start + (meta[i] >>> 2);
      const kind = meta[i] & 3;
      if (kind === ASCII) deliver(text.latin1Slice(start, end));
      else if (kind === UTF8) deliver(text.utf8Slice(start, end));
      else deliver(bytes.slice(start, end));
      start = end;
    }
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
    if (this.#shared.length - this.#used < SLAB_BYTES) {
      this.#shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
      this.#used = 0;
    }
    const shared = this.#shared;
    const count = this.#hub.read(
      id,
      shared.subarray(this.#used, this.#used + SLAB_BYTES),
      this.#meta,
    );
    if (count < 0) {
      deliver(this.#takeLarge());
      return true;
    }
    const meta = this.#meta;
    let start = this.#used;
    for (let i = 0; i < count; i++) {
      const length = meta[i] >>> 2;
      const kind = meta[i] & 3;
      if (kind === ASCII) deliver(shared.latin1Slice(start, start + length));
      else if (kind === UTF8) deliver(shared.utf8Slice(start, start + length));
      else deliver(new Uint8Array(shared.buffer, start, length));
      start += length;
    }
    this.#used = start;
    return count > 0;
  }

  #takeLarge() {
    const [kind, length] = this.#meta;
    if (kind !== BINARY) return this.#hub.takeLargeText();
    // Not zeroed, because all of it is written.
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    this.#hub.takeLargeBytes(bytes);
    return bytes;
  }
}

/** Kinds of messages, as `src/net/inbox.rs` numbers them. */
const BINARY = 0;
const ASCII = 1;
const UTF8 = 2;

/** Must hold one message of the native half's PACK_LIMIT; more makes a batch of small ones. */
const SLAB_BYTES = 64 * 1024;

/** Holds several batches, and is still cheap to keep for a view that lives long. */
const SHARED_BYTES = 4 * SLAB_BYTES;

/** How many messages a batch may have: what a readable queues beyond its high-water mark. */
const MAX_MESSAGES = 256;

module.exports = { Incoming };
