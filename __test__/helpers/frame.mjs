import { randomBytes } from 'node:crypto';

export const OPCODE = Object.freeze({
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
});

/**
 * One frame as bytes. Nothing is checked: a test may ask for what the protocol forbids.
 *
 * @param {object} frame
 * @param {boolean} [frame.fin]
 * @param {number} [frame.rsv] the three reserved bits as a number, RSV1 is 4
 * @param {number} frame.opcode
 * @param {boolean} [frame.mask]
 * @param {string | Uint8Array} [frame.payload]
 * @param {number | bigint} [frame.length] announced in place of the real length
 * @returns {Buffer}
 */
export function encodeFrame({ fin = true, rsv = 0, opcode, mask = false, payload = '', length }) {
  const bytes = Buffer.from(payload);
  const announced = length ?? bytes.length;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const header = [Buffer.from([first]), encodeLength(announced, mask)];
  if (!mask) return Buffer.concat([...header, bytes]);
  const key = randomBytes(4);
  return Buffer.concat([...header, key, applyMask(bytes, key)]);
}

/**
 * @param {number} [code]
 * @param {string | Uint8Array} [reason]
 * @returns {Buffer} the payload of a Close frame
 */
export function encodeClose(code, reason = '') {
  if (code === undefined) return Buffer.alloc(0);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

/** Cuts the bytes a client sends into frames, and demands that each is masked. */
export class FrameReader {
  #chunks = [];
  #size = 0;

  /**
   * @param {Buffer} chunk
   * @returns {{ fin: boolean, rsv: number, opcode: number, payload: Buffer }[]}
   */
  push(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take() {
    const header = this.#header();
    if (!header || this.#size < header.size + header.length) return undefined;
    const all = this.#join();
    const end = header.size + header.length;
    const key = all.subarray(header.size - 4, header.size);
    const payload = applyMask(all.subarray(header.size, end), key);
    this.#chunks = end === all.length ? [] : [all.subarray(end)];
    this.#size -= end;
    const first = all[0];
    return {
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      payload,
    };
  }

  #header() {
    if (this.#size < 2) return undefined;
    if (this.#chunks[0].length < 14) this.#join();
    const head = this.#chunks[0];
    if ((head[1] & 0x80) === 0) throw new Error('the client sent a frame without a mask');
    const short = head[1] & 0x7f;
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (head.length < 2 + extra) return undefined;
    let length = short;
    if (extra === 2) length = head.readUInt16BE(2);
    if (extra === 8) length = Number(head.readBigUInt64BE(2));
    return { size: 2 + extra + 4, length };
  }

  #join() {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0];
  }
}

function encodeLength(length, mask) {
  const bit = mask ? 0x80 : 0;
  if (length < 126) return Buffer.from([bit | Number(length)]);
  if (length < 65536) {
    const bytes = Buffer.from([bit | 126, 0, 0]);
    bytes.writeUInt16BE(Number(length), 1);
    return bytes;
  }
  const bytes = Buffer.alloc(9);
  bytes[0] = bit | 127;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

function applyMask(bytes, key) {
  const result = Buffer.allocUnsafe(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes[i] ^ key[i & 3];
  return result;
}
