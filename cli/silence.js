'use strict';

/** Waits for answers that may still come, after the last message was sent. */
class Silence {
  #limit;
  #lastMessage = 0;
  /** Messages that are being handled. */
  #underWay = 0;
  #look = () => {};
  /** @type {(() => void) | undefined} */
  #finish;

  /** @param {number} limit milliseconds without a message that count as the end */
  constructor(limit) {
    this.#limit = limit;
  }

  /**
   * A message came. While it is handled more may wait behind it, so that is no silence.
   *
   * @param {() => Promise<void>} handle
   */
  async break(handle) {
    this.#underWay += 1;
    try {
      await handle();
    } finally {
      this.#underWay -= 1;
      this.#lastMessage = performance.now();
      this.#look();
    }
  }

  /** @returns {Promise<void>} resolves when it was silent long enough, or after `end()` */
  async wait() {
    const started = performance.now();
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    await new Promise((resolve) => {
      this.#finish = () => resolve(undefined);
      this.#look = () => {
        clearTimeout(timer);
        if (this.#underWay > 0) return;
        const left = this.#limit - (performance.now() - Math.max(started, this.#lastMessage));
        if (left <= 0) resolve(undefined);
        else timer = setTimeout(this.#look, left).unref();
      };
      this.#look();
    });
    this.#look = () => {};
  }

  /** Nothing can come any more. */
  end() {
    this.#finish?.();
  }
}

module.exports = { Silence };
