'use strict';

/** Waits for answers that may still come, after the last message was sent. */
class Silence {
  #limit;
  #lastMessage = 0;
  /** @type {(() => void) | undefined} */
  #finish;

  /** @param {number} limit milliseconds without a message that count as the end */
  constructor(limit) {
    this.#limit = limit;
  }

  /** A message came. */
  break() {
    this.#lastMessage = performance.now();
  }

  /** @returns {Promise<void>} resolves when it was silent long enough, or after `end()` */
  async wait() {
    const started = performance.now();
    await new Promise((resolve) => {
      this.#finish = () => resolve(undefined);
      const look = () => {
        const left = this.#limit - (performance.now() - Math.max(started, this.#lastMessage));
        if (left <= 0) resolve(undefined);
        else setTimeout(look, left).unref();
      };
      look();
    });
  }

  /** Nothing can come any more. */
  end() {
    this.#finish?.();
  }
}

module.exports = { Silence };
