'use strict';

/** What is told on stderr, beside the messages on stdout. */
class Status {
  #quiet;
  #coloured = process.stderr.isTTY && !process.env.NO_COLOR;
  /** A line that is written over and over is shown. */
  #live = false;

  /** @param {{ quiet?: boolean }} options */
  constructor({ quiet = false }) {
    this.#quiet = quiet;
    // Nobody reads it any more: no reason to end.
    process.stderr.on('error', () => {});
  }

  /** @param {string} text */
  info(text) {
    if (!this.#quiet) this.#line(text, '2');
  }

  /**
   * Shown even when quiet: a script that fails has to say why.
   *
   * @param {string} text
   */
  failure(text) {
    this.#line(text, '31');
  }

  /**
   * A line that the next one replaces on a terminal; elsewhere a line like any other.
   *
   * @param {string} text
   */
  live(text) {
    if (!process.stderr.isTTY) {
      process.stderr.write(`${text}\n`);
      return;
    }
    process.stderr.write(`\r\x1b[K${text}`);
    this.#live = true;
  }

  /** Takes the live line away, for what comes in its place. */
  clear() {
    if (this.#live) process.stderr.write('\r\x1b[K');
    this.#live = false;
  }

  /**
   * @param {string} text
   * @param {string} colour of SGR
   */
  #line(text, colour) {
    this.clear();
    process.stderr.write(this.#coloured ? `\x1b[${colour}m${text}\x1b[0m\n` : `${text}\n`);
  }
}

module.exports = { Status };
