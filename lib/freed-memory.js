'use strict';

/**
 * Has malloc keep memory that is freed, once much of it is taken in a short time
 * (`src/bridge/memory.rs`): for received chunks, and for what is written.
 */
class FreedMemory {
  #hub;
  #taken = 0;
  /** When `#taken` was 0. */
  #since = 0;
  #kept = false;

  /** @param {import('../binding.js').Hub} hub */
  constructor(hub) {
    this.#hub = hub;
  }

  /** @param {number} bytes that were taken, and will be freed soon */
  onTaken(bytes) {
    if (this.#kept) return;
    this.#taken += bytes;
    if (this.#taken < FLOOD_BYTES) return;
    const now = performance.now();
    if (now - this.#since < FLOOD_TIME) {
      this.#kept = true;
      this.#hub.keepFreedMemory();
    }
    this.#taken = 0;
    this.#since = now;
  }
}

/** So much in `FLOOD_TIME` is a flood. What is taken more slowly costs little, however it is done. */
const FLOOD_BYTES = 8 * 1024 * 1024;

/** Milliseconds. */
const FLOOD_TIME = 1000;

module.exports = { FreedMemory };
