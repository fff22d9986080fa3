'use strict';

const { once } = require('node:events');

/** Writes messages to stdout, one after the other, as fast as they are taken there. */
class Output {
  #binary;
  #json;
  #status;
  /** Nothing can be written any more. */
  #broken = false;
  /** @type {Error | undefined} */
  #failure;

  /**
   * @param {object} options
   * @param {boolean} [options.binary]
   * @param {boolean} [options.json]
   * @param {import('./status.js').Status} options.status
   * @param {() => void} options.onBroken
   */
  constructor({ binary = false, json = false, status, onBroken }) {
    this.#binary = binary;
    this.#json = json;
    this.#status = status;
    process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      // A reader that has gone, as with `| head`, is a usual way to end; a full disk is not.
      if (error.code !== 'EPIPE') this.#failure ??= error;
      this.#broken = true;
      onBroken();
    });
  }

  /** Why not everything was written; undefined too when nobody wanted to read it. */
  get failure() {
    return this.#failure;
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
    if (process.stdout.isTTY) this.#status.clear();
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
