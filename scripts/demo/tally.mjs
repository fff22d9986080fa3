// Checks that numbered messages arrive completely and in order.

export class Tally {
  /** Messages seen so far. */
  count = 0;

  /** Messages that came after one with a higher number, or a second time. */
  outOfOrder = 0;

  /** Messages that carry no number of the expected range. */
  damaged = 0;

  #highest = -1;
  #seen;

  /** @param {number} expected messages numbered from 0 */
  constructor(expected) {
    this.#seen = new Uint8Array(expected);
  }

  /** @param {number} number of the message that arrived */
  add(number) {
    this.count += 1;
    if (!(number < this.#seen.length)) {
      this.damaged += 1;
      return;
    }
    if (number > this.#highest) this.#highest = number;
    else this.outOfOrder += 1;
    this.#seen[number] = 1;
  }

  /** @returns {{ count: number, lost: number, outOfOrder: number, damaged: number }} */
  result() {
    const lost = this.#seen.reduce((sum, seen) => sum + (1 - seen), 0);
    return { count: this.count, lost, outOfOrder: this.outOfOrder, damaged: this.damaged };
  }
}
