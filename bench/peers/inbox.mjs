/** Hands events to one consumer. An event that comes before the consumer does waits for it, so that none is lost. */
export class Inbox {
  #early = [];
  #resolve;
  #reject;

  /** @type {(data: any) => void} */
  put = (data) => this.#early.push(data);

  /**
   * Gives every message to `onMessage` until that returns true.
   *
   * @param {(data: any) => boolean} onMessage
   * @returns {Promise<void>}
   */
  open(onMessage) {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.put = (data) => {
        try {
          if (onMessage(data)) this.#resolve();
        } catch (error) {
          this.#reject(error);
        }
      };
      this.#early.splice(0).forEach(this.put);
    });
  }

  /**
   * Ends the consumer with an error.
   *
   * @param {Error} error
   */
  fail(error) {
    this.#reject?.(error);
  }
}
