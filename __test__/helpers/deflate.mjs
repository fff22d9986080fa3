import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/** What a raw server answers to accept compression; see `startServer`. */
export function acceptDeflate(parameters = '') {
  return { answer: { headers: { 'Sec-WebSocket-Extensions': `permessage-deflate${parameters}` } } };
}

/**
 * The payload of a compressed message (RFC 7692 section 7.2.1), by Node's zlib.
 *
 * @param {string | Uint8Array} message
 * @param {import('node:zlib').ZlibOptions} [options]
 * @returns {Promise<Buffer>}
 */
export async function deflate(message, options) {
  const stream = createDeflateRaw(options);
  stream.write(message);
  const bytes = await flush(stream);
  return bytes.subarray(0, -TAIL.length);
}

/** Inflates compressed messages one after the other, in one context. */
export class Inflater {
  #stream;

  /** @param {import('node:zlib').ZlibOptions} [options] */
  constructor(options) {
    this.#stream = createInflateRaw(options);
  }

  /** @param {Uint8Array} payload */
  async inflate(payload) {
    this.#stream.write(payload);
    this.#stream.write(TAIL);
    return flush(this.#stream);
  }
}

function flush(stream) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const onData = (chunk) => chunks.push(chunk);
    stream.on('data', onData);
    stream.once('error', reject);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', onData);
      stream.off('error', reject);
      resolve(Buffer.concat(chunks));
    });
  });
}
