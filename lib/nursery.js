'use strict';

const v8 = require('node:v8');

/**
 * Lets V8 collect young objects before the memory of received chunks makes it collect everything.
 *
 * A chunk is a small object on V8's heap that owns memory outside of it. Young objects are collected
 * when the small ones fill their space, which takes hundreds of MiB outside; after some 64 MiB outside,
 * V8 marks its whole heap instead. That costs as much as receiving, grows with the program's heap, and
 * keeps all that memory in use until then. So along with the memory outside, objects are made that
 * nobody needs, as many as fill the space of young ones in time.
 */
class Nursery {
  /** Bytes of objects per byte outside. */
  #share = 0;
  /** Bytes outside since the space was looked at. */
  #allocated = LOOK_EVERY;
  /** Bytes of objects that are due. */
  #due = 0;
  /** The newest. V8 would not make objects that are seen to be of no use. */
  #filler = new Array(0);

  /**
   * @param {number} bytes outside of the heap, that were just given to chunks
   * @param {number} chunks
   */
  onAllocated(bytes, chunks) {
    this.#allocated += bytes;
    if (this.#allocated >= LOOK_EVERY) {
      this.#allocated = 0;
      this.#share = Math.min(capacity(), MAX_CAPACITY) / COLLECT_EVERY;
    }
    this.#due = Math.max(0, this.#due + bytes * this.#share - chunks * CHUNK_OBJECTS);
    while (this.#due >= PIECE) {
      this.#filler = new Array(PIECE / SLOT);
      this.#due -= SLOT * this.#filler.length;
    }
  }
}

/** Bytes of young objects between two collections. */
function capacity() {
  const space = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return space ? space.space_used_size + space.space_available_size : 0;
}

/**
 * V8 does it when four fifths of the space are full: after a third of the 64 MiB. With half of them a
 * program with a large heap got into marking again and again, out of which it does not come.
 */
const COLLECT_EVERY = 28 * 1024 * 1024;

/** Looking takes some microseconds, and the space seldom changes. */
const LOOK_EVERY = 8 * 1024 * 1024;

/** V8's default in Node 24. Who has set more has set it in order to have fewer collections. */
const MAX_CAPACITY = 32 * 1024 * 1024;

/** What the chunk, its buffer, and the promise and result of a read take by themselves. */
const CHUNK_OBJECTS = 640;

/** Large enough to be worth a call, far smaller than what V8 keeps in a space of its own. */
const PIECE = 8 * 1024;

/** A slot of an array. With pointer compression it is the half, and the share comes out smaller. */
const SLOT = 8;

module.exports = { Nursery };
