'use strict';

const { once } = require('node:events');

/** Writes messages to stdout, one after the other, as fast as they are taken there. */
class Output {
  #binary;
  #json;
  /** Whoever read stdout has gone. */
  #broken = false;

  /** @param {{ binary?: boolean, json?: boolean, onBroken: () => void }} options */
  constructor({ binary = false, json = false, onBroken }) {
    this.#binary = binary;
    this.#json = json;
    process.stdout.on('error', () => {
      // `| head` is a usual way to end.
      this.#broken = true;
      onBroken();
    });
  }

  /** @param {string | Uint8Array} message */
  async message(message) {
    if (this.#json) await this.#write(`${JSON.stringify(describe(message))}\n`);
    else if (this.#binary) await this.#write(message);
    else if (typeof message === 'string') await this.#write(`${message}\n`);
    else await this.#write(process.stdout.isTTY ? hexLine(message) : withEnd(message));
  }

  /**
   * Something else than a message, for programs that read along.
   *
   * @param {Record<string, unknown>} event
   */
  async event(event) {
    if (this.#json) await this.#write(`${JSON.stringify(event)}\n`);
  }

  /** @param {string | Uint8Array} chunk */
  async #write(chunk) {
    if (this.#broken || process.stdout.write(chunk)) return;
    // The error that ends the wait is handled by the listener above.
    await once(process.stdout, 'drain').catch(() => {});
  }
}

/** @param {string | Uint8Array} message */
function describe(message) {
  return typeof message === 'string'
    ? { type: 'text', data: message }
    : { type: 'binary', data: bufferOf(message).toString('base64') };
}

/** @param {Uint8Array} bytes */
function hexLine(bytes) {
  const shown = bufferOf(bytes.subarray(0, SHOWN_BYTES)).toString('hex');
  return `[${bytes.length} bytes] ${shown}${bytes.length > SHOWN_BYTES ? '...' : ''}\n`;
}

/** @param {Uint8Array} bytes */
function withEnd(bytes) {
  return Buffer.concat([bytes, Buffer.from('\n')]);
}

/** @param {Uint8Array} bytes */
function bufferOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Raw bytes would garble a terminal, so it is shown the beginning of them. */
const SHOWN_BYTES = 32;

module.exports = { Output };
