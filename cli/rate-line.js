'use strict';

/** Counts messages in both directions and shows their rates while they flow. */
class RateLine {
  #status;
  #started = performance.now();
  #last = { at: this.#started, received: 0, sent: 0 };
  #received = { messages: 0, bytes: 0 };
  #sent = { messages: 0, bytes: 0 };
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {import('./status.js').Status} status */
  constructor(status) {
    this.#status = status;
  }

  start() {
    const interval = process.stderr.isTTY ? LIVE_MS : LINES_MS;
    this.#timer = setInterval(() => this.#status.live(this.#current()), interval);
    this.#timer.unref();
  }

  /** Stops, and tells the totals. */
  stop() {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    const seconds = (performance.now() - this.#started) / 1000;
    const { messages, bytes } = this.#received;
    this.#status.live(
      `received ${messages} messages, ${size(bytes)}; sent ${this.#sent.messages} messages, ` +
        `${size(this.#sent.bytes)}; ${seconds.toFixed(1)} s`,
    );
    if (process.stderr.isTTY) process.stderr.write('\n');
  }

  /** @param {string | Uint8Array} message */
  received(message) {
    this.#received.messages += 1;
    this.#received.bytes += message.length;
  }

  /** @param {string | Uint8Array} message */
  sent(message) {
    this.#sent.messages += 1;
    this.#sent.bytes += message.length;
  }

  #current() {
    const at = performance.now();
    const seconds = (at - this.#last.at) / 1000;
    const rate = (/** @type {number} */ now, /** @type {number} */ before) =>
      `${size((now - before) / seconds)}/s`;
    const text =
      `in ${this.#received.messages} messages, ${rate(this.#received.bytes, this.#last.received)}` +
      `   out ${this.#sent.messages} messages, ${rate(this.#sent.bytes, this.#last.sent)}`;
    this.#last = { at, received: this.#received.bytes, sent: this.#sent.bytes };
    return text;
  }
}

/**
 * @param {number} bytes text counts in UTF-16 units, which is near enough for a rate
 * @returns {string}
 */
function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** How often the line is shown, on a terminal and in a log. */
const LIVE_MS = 250;
const LINES_MS = 1000;

module.exports = { RateLine };
