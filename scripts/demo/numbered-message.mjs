// The numbered messages of the feed: 64 bytes each, text towards the client, binary towards the
// server, so that both kinds are seen.

/** Bytes of a message in either direction. */
export const MESSAGE_BYTES = 64;

/** Text message that ends each direction. */
export const END = 'end';

/**
 * Fills a buffer with frames for the text messages `first` to `first + count - 1`.
 *
 * @param {number} first
 * @param {number} count
 * @returns {Buffer}
 */
export function encodeFeedFrames(first, count) {
  const frames = Buffer.allocUnsafe(count * FRAME_BYTES);
  for (let index = 0; index < count; index += 1) {
    const start = index * FRAME_BYTES;
    frames.set(TEMPLATE, start);
    let digits = first + index;
    for (let at = start + LAST_DIGIT; digits > 0; at -= 1) {
      frames[at] = ZERO + (digits % 10);
      digits = Math.floor(digits / 10);
    }
  }
  return frames;
}

/**
 * @param {string} message a text message of the feed
 * @returns {number} its number
 */
export function numberOfFeedMessage(message) {
  if (message.length !== MESSAGE_BYTES) return NaN;
  return Number(message.slice(NUMBER_START, NUMBER_END));
}

/**
 * @param {number} number
 * @returns {Uint8Array} a binary message for the server
 */
export function encodeReply(number) {
  const bytes = new Uint8Array(MESSAGE_BYTES).fill(number & 0xff);
  bytes[0] = number >>> 24;
  bytes[1] = number >>> 16;
  bytes[2] = number >>> 8;
  bytes[3] = number;
  return bytes;
}

/**
 * @param {Buffer} payload a binary message from the client
 * @returns {number} its number
 */
export function numberOfReply(payload) {
  return payload.length === MESSAGE_BYTES ? payload.readUInt32BE(0) : NaN;
}

/** A final text frame without a mask (RFC 6455 section 5.2). */
const HEADER = [0x81, MESSAGE_BYTES];
const BODY = '{"n":"00000000","symbol":"WSTR","bid":"101.25","ask":"101.30"}  ';
const NUMBER_START = BODY.indexOf('0');
const NUMBER_END = NUMBER_START + 8;
const TEMPLATE = Buffer.from([...HEADER, ...Buffer.from(BODY)]);
const FRAME_BYTES = TEMPLATE.length;
const LAST_DIGIT = HEADER.length + NUMBER_END - 1;
const ZERO = '0'.charCodeAt(0);
