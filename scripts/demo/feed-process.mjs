// The feed server as seen from the client's process: its port, how far it is, what it counted.

import { fork } from 'node:child_process';

export class FeedProcess {
  /** Messages that the server has given to its socket. */
  sent = 0;

  #child;
  #reports = new Map();
  #waiting = new Map();
  #failure;

  /**
   * @param {number} feedMessages that the server sends
   * @param {number} replyMessages that it expects
   */
  constructor(feedMessages, replyMessages) {
    const file = new URL('./feed-server.mjs', import.meta.url);
    this.#child = fork(file, [String(feedMessages), String(replyMessages)], { execArgv: [] });
    this.#child.on('message', (message) => this.#take(message));
    this.#child.on('exit', (code) => this.#fail(`The feed server ended with exit code ${code}`));
  }

  /** @returns {Promise<number>} the port on the loopback address */
  port() {
    return this.#report('port');
  }

  /** @returns {Promise<ReturnType<import('./tally.mjs').Tally['result']>>} when the last one is there */
  replies() {
    return this.#report('replies');
  }

  /** Ends the process. */
  stop() {
    if (this.#child.connected) this.#child.disconnect();
  }

  /** @param {Record<string, any>} message */
  #take(message) {
    if (message.failed) this.#fail(`The feed server lost its client: ${message.failed}`);
    for (const [name, value] of Object.entries(message)) {
      if (name === 'sent') this.sent = value;
      this.#reports.set(name, value);
      this.#waiting.get(name)?.resolve(value);
      this.#waiting.delete(name);
    }
  }

  /** @param {string} text */
  #fail(text) {
    this.#failure = new Error(text);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  /** @param {string} name */
  #report(name) {
    if (this.#reports.has(name)) return Promise.resolve(this.#reports.get(name));
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiting.set(name, { resolve, reject }));
  }
}
