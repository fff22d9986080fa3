// The live line: one that is rewritten on a terminal, one a second elsewhere.

import { MESSAGE_BYTES } from './numbered-message.mjs';

export class Meter {
  /** Largest resident set seen, in bytes. */
  peakRss = 0;

  #progress;
  #server;
  #totals;
  #timer;
  #last = { at: 0, read: 0, sent: 0 };
  #terminal = Boolean(process.stdout.isTTY);

  /**
   * @param {{ read: number, sent: number, paused: boolean }} progress counters that the feed keeps
   * up to date
   * @param {{ sent: number }} server counts what it has given to its socket
   * @param {{ feed: number, replies: number }} totals
   */
  constructor(progress, server, totals) {
    this.#progress = progress;
    this.#server = server;
    this.#totals = totals;
  }

  start() {
    this.#last.at = performance.now();
    const interval = this.#terminal ? 200 : 1000;
    this.#sample();
    this.#timer = [
      setInterval(() => this.#sample(), 50),
      setInterval(() => this.#show(), interval),
    ];
  }

  stop() {
    if (!this.#timer) return;
    this.#timer.forEach(clearInterval);
    this.#timer = undefined;
    this.#sample();
    if (this.#terminal) process.stdout.write(CLEAR_LINE);
  }

  #sample() {
    this.peakRss = Math.max(this.peakRss, process.memoryUsage.rss());
  }

  #show() {
    const line = this.#line();
    if (!this.#terminal) process.stdout.write(`${line}\n`);
    else process.stdout.write(CLEAR_LINE + line.slice(0, (process.stdout.columns || 100) - 1));
  }

  #line() {
    const { read, sent, paused } = this.#progress;
    const at = performance.now();
    const seconds = (at - this.#last.at) / 1000;
    const readRate = (read - this.#last.read) / seconds;
    const sentRate = (sent - this.#last.sent) / seconds;
    this.#last = { at, read, sent };
    // What the server has sent and the reader has not seen: in this process and in both kernels.
    const waiting = Math.max(0, this.#server.sent - read);
    return [
      `read ${share(read, this.#totals.feed)} ${count(readRate)}/s ${mebibytes(readRate)} MiB/s`,
      `sent ${share(sent, this.#totals.replies)} ${count(sentRate)}/s`,
      `RSS ${(process.memoryUsage.rss() / MIB).toFixed(0)} MiB`,
      `buffered ${count(waiting)}${paused ? ' (paused)' : ''}`,
    ].join(' | ');
  }
}

const MIB = 1024 * 1024;

/** Back to the first column, then erase to the end of the line. */
const CLEAR_LINE = '\r\u001b[K';

/** @param {number} value */
function count(value) {
  return Math.round(value).toLocaleString('en');
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  return `${Math.floor((part / whole) * 100)}%`;
}

/** @param {number} messages */
function mebibytes(messages) {
  return ((messages * MESSAGE_BYTES) / MIB).toFixed(1);
}
