'use strict';

/** What a client did wrong, with the close code that tells it. */
class FrameError extends Error {
  /**
   * @param {number} closeCode
   * @param {string} message
   */
  constructor(closeCode, message) {
    super(message);
    this.closeCode = closeCode;
  }
}

/**
 * Cuts a byte stream into the frames of a client (RFC 6455 section 5.2).
 */
class FrameReader {
  /** @type {Buffer[]} */
  #chunks = [];
  #length = 0;
  /** @type {{ fin: boolean, opcode: number, length: number } | undefined} the frame under way */
  #header;
  #maxLength;

  /** @param {number} maxLength bytes of a payload */
  constructor(maxLength) {
    this.#maxLength = maxLength;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /**
   * @returns {{ fin: boolean, opcode: number, payload: Buffer } | undefined} undefined when more
   *   bytes are needed
   */
  read() {
    this.#header ??= this.#readHeader();
    if (!this.#header || this.#length < this.#header.length + KEY_BYTES) return undefined;
    const { fin, opcode, length } = this.#header;
    this.#header = undefined;
    const key = Buffer.from(this.#take(KEY_BYTES));
    const payload = this.#take(length);
    for (let i = 0; i < length; i++) payload[i] ^= key[i & 3];
    return { fin, opcode, payload };
  }

  #readHeader() {
    if (this.#length < 2) return undefined;
    const start = this.#peek(Math.min(this.#length, LONGEST_HEADER));
    const fin = (start[0] & 0x80) !== 0;
    const opcode = start[0] & 0x0f;
    const short = start[1] & 0x7f;
    if (start[0] & 0x70) throw new FrameError(1002, 'a reserved bit is set');
    if (!KNOWN.has(opcode)) throw new FrameError(1002, `there is no opcode ${opcode}`);
    if (!(start[1] & 0x80)) throw new FrameError(1002, 'the frame has no mask');
    if (opcode >= 8 && (!fin || short > 125)) throw new FrameError(1002, 'bad control frame');
    const size = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0);
    if (this.#length < size) return undefined;
    const length =
      short === 127
        ? Number(start.readBigUInt64BE(2))
        : short === 126
          ? start.readUInt16BE(2)
          : short;
    if (length > this.#maxLength) throw new FrameError(1009, `${length} bytes are too many`);
    this.#take(size);
    return { fin, opcode, length };
  }

  /** @param {number} count */
  #peek(count) {
    if (this.#chunks[0].length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0].subarray(0, count);
  }

  /** @param {number} count */
  #take(count) {
    if (count === 0) return Buffer.alloc(0);
    const taken = this.#peek(count);
    this.#length -= count;
    const rest = this.#chunks[0].subarray(count);
    if (rest.length > 0) this.#chunks[0] = rest;
    else this.#chunks.shift();
    return taken;
  }
}

const KEY_BYTES = 4;
const LONGEST_HEADER = 10;

/** Continuation, text, binary; Close, Ping, Pong. */
const KNOWN = new Set([0, 1, 2, 8, 9, 10]);

module.exports = { FrameError, FrameReader };
