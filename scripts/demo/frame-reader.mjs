// Cuts the frames of a client out of a byte stream (RFC 6455 section 5). Enough for the feed server,
// whose only client sends whole messages.

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export class FrameReader {
  #rest = Buffer.alloc(0);

  /**
   * Takes what came from the socket and yields the frames that are complete.
   *
   * @param {Buffer} bytes
   * @returns {Generator<{ opcode: number, payload: Buffer }>}
   */
  *push(bytes) {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    let at = 0;
    for (;;) {
      const size = frameSize(all, at);
      if (size === 0 || at + size.total > all.length) break;
      const keyStart = at + size.header - 4;
      const payload = all.subarray(at + size.header, at + size.total);
      unmask(payload, all, keyStart);
      yield { opcode: all[at] & 0x0f, payload };
      at += size.total;
    }
    this.#rest = all.subarray(at);
  }
}

/**
 * @param {Buffer} bytes
 * @param {number} at start of the frame
 * @returns {{ header: number, total: number } | 0} 0 while the header is incomplete
 */
function frameSize(bytes, at) {
  const available = bytes.length - at;
  if (available < 2) return 0;
  if ((bytes[at + 1] & 0x80) === 0) throw new Error('The client sent a frame without a mask');
  const short = bytes[at + 1] & 0x7f;
  if (short < 126) return { header: 6, total: 6 + short };
  if (short === 126) {
    return available < 4 ? 0 : { header: 8, total: 8 + bytes.readUInt16BE(at + 2) };
  }
  return available < 10 ? 0 : { header: 14, total: 14 + Number(bytes.readBigUInt64BE(at + 2)) };
}

/**
 * @param {Buffer} payload changed in place
 * @param {Buffer} bytes
 * @param {number} keyStart where the four bytes of the key are
 */
function unmask(payload, bytes, keyStart) {
  for (let index = 0; index < payload.length; index += 1) {
    payload[index] ^= bytes[keyStart + (index & 3)];
  }
}
