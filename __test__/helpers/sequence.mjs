import { encodeClose, encodeFrame, OPCODE } from './frame.mjs';

const { text, binary, continuation, close, ping, pong } = OPCODE;

/**
 * Whole numbers below a bound, the same ones for the same seed.
 *
 * @param {number} seed
 * @returns {(bound: number) => number}
 */
export function seeded(seed) {
  // xorshift32, which must not begin with 0.
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % bound;
  };
}

/**
 * What a server sends on one connection: messages in any number of fragments, control frames between
 * them and between fragments, and then an end.
 *
 * @param {number} seed
 */
export function makeSequence(seed) {
  const random = seeded(seed);
  const scale = scales[random(scales.length)];
  const end = ends[random(ends.length)];
  /** @type {(string | Buffer)[]} */
  const messages = [];
  /** @type {Buffer[]} the frames of each message */
  const steps = [];
  let pings = end.pings ?? 0;
  const controls = () => {
    const frames = [];
    if (random(15) === 0) frames.push({ opcode: ping, payload: `ping ${pings++}` });
    if (random(40) === 0) frames.push({ opcode: pong, payload: Buffer.alloc(random(126)) });
    return frames;
  };
  for (let count = random(scale.count); count > 0; count--) {
    const message = makeMessage(random, scale.size(random));
    messages.push(message);
    const frames = cut(random, Buffer.from(message), typeof message === 'string' ? text : binary);
    steps.push(encode(frames.flatMap((frame) => [...controls(), frame])));
  }
  return {
    /** What happened, for the message of an assertion. */
    name: `sequence ${seed}, which ends with ${end.name}`,
    messages,
    steps,
    last: encode(end.frames(random)),
    pings,
    code: end.code,
    isClean: end.isClean ?? false,
    /** The server closes the socket without a Close frame. */
    isCutOff: end.isCutOff ?? false,
  };
}

/**
 * The bytes in as many pieces as one server writes them.
 *
 * @param {number} seed
 * @param {Buffer} bytes
 */
function inPackets(seed, bytes) {
  const random = seeded(seed);
  const most = [bytes.length + 1, 200_000, 20_000, 3000][random(4)];
  const packets = [];
  for (let start = 0; start < bytes.length;) {
    const size = 1 + random(most);
    packets.push(bytes.subarray(start, start + size));
    start += size;
  }
  return packets;
}

/**
 * Sends a whole sequence in packets, and ends the socket where it says so.
 *
 * @param {import('./peer.mjs').Peer} peer
 * @param {number} seed
 * @param {ReturnType<typeof makeSequence>} sequence
 */
export async function sendSequence(peer, seed, { steps, last, isCutOff }) {
  const random = seeded(seed);
  for (const packet of inPackets(seed, Buffer.concat([...steps, last]))) {
    const taken = peer.sendRaw(packet);
    if (random(3) === 0) await turn();
    else if (random(10) === 0) await taken;
  }
  if (isCutOff) peer.end();
}

/**
 * @param {string | Uint8Array} message as it was read
 * @param {string | Buffer} expected
 */
export function isSameMessage(message, expected) {
  return typeof expected === 'string' ? message === expected : expected.equals(message);
}

/** @returns {Promise<void>} the next turn of the event loop */
export function turn() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const scales = [
  { count: 400, size: (random) => random(60) },
  { count: 100, size: (random) => random(random(20) ? 8000 : 70_000) },
  { count: 20, size: (random) => random(250_000) },
  { count: 30, size: (random) => EDGES[random(EDGES.length)] },
];

/** Where the length takes another form, or the message another way. */
const EDGES = [0, 1, 125, 126, 127, 16_384, 32_768, 65_535, 65_536, 131_072, 262_144];

/** The limit that the sequences are made for. */
export const MAX_MESSAGE_SIZE = 300_000;

const ends = [
  {
    name: 'a Close frame',
    code: 3000,
    isClean: true,
    frames: () => [{ opcode: close, payload: encodeClose(3000, 'bye') }],
  },
  { name: 'an empty Close frame', code: 1005, isClean: true, frames: () => [{ opcode: close }] },
  {
    name: 'a Close frame behind a Ping',
    code: 1000,
    isClean: true,
    pings: 1,
    frames: () => [
      { opcode: ping, payload: 'last' },
      { opcode: close, payload: encodeClose(1000) },
    ],
  },
  {
    name: 'a message behind the Close frame',
    code: 1000,
    isClean: true,
    frames: () => [
      { opcode: close, payload: encodeClose(1000) },
      { opcode: text, payload: 'too late' },
    ],
  },
  { name: 'the end of the socket', code: 1006, isCutOff: true, frames: () => [] },
  {
    name: 'the end of the socket amid a frame',
    code: 1006,
    isCutOff: true,
    frames: (random) => [{ opcode: binary, payload: 'part', length: 5 + random(200_000) }],
  },
  { name: 'a masked frame', code: 1002, frames: () => [{ opcode: text, mask: true }] },
  { name: 'a reserved bit', code: 1002, frames: () => [{ opcode: text, rsv: 4 }] },
  { name: 'a reserved opcode', code: 1002, frames: () => [{ opcode: 3 }] },
  { name: 'a stray continuation', code: 1002, frames: () => [{ opcode: continuation }] },
  {
    name: 'a message inside another',
    code: 1002,
    frames: () => [{ opcode: text, fin: false }, { opcode: text }],
  },
  { name: 'a fragmented Ping', code: 1002, frames: () => [{ opcode: ping, fin: false }] },
  {
    name: 'text that is not UTF-8',
    code: 1007,
    frames: (random) => [
      { opcode: text, payload: Buffer.concat([letters(random, random(100_000)), HALF, SPACE]) },
    ],
  },
  {
    name: 'text that ends amid a letter, and an empty fragment',
    code: 1007,
    frames: () => [{ opcode: text, fin: false, payload: HALF }, { opcode: continuation }],
  },
  {
    name: 'a message over the limit',
    code: 1009,
    frames: () => [{ opcode: binary, payload: 'part', length: MAX_MESSAGE_SIZE + 1 }],
  },
];

/** The first byte of a letter of two. */
const HALF = Buffer.from([0xc3]);
const SPACE = Buffer.from(' ');

const LETTERS = Buffer.from(
  Array.from({ length: 400_000 }, (_, i) => 97 + ((i * 7 + (i >> 8)) % 26)),
);
const FOREIGN = 'grüße 🔌 κόσμε '.repeat(20_000);

function letters(random, size) {
  const start = random(LETTERS.length - size);
  return LETTERS.subarray(start, start + size);
}

function makeMessage(random, size) {
  if (random(3)) return letters(random, size);
  return random(2) ? letters(random, size).toString() : FOREIGN.slice(0, size / 2).toWellFormed();
}

/** One frame, or several, of which some are empty. */
function cut(random, payload, opcode) {
  const frames = [];
  let start = 0;
  for (let count = random(6) ? 0 : 1 + random(5); count > 0; count--) {
    const end = random(3) ? start + random(payload.length - start + 1) : start;
    frames.push(payload.subarray(start, end));
    start = end;
  }
  frames.push(payload.subarray(start));
  return frames.map((piece, index) => ({
    opcode: index === 0 ? opcode : continuation,
    fin: index === frames.length - 1,
    payload: piece,
  }));
}

function encode(frames) {
  return Buffer.concat(frames.map((frame) => encodeFrame(frame)));
}
