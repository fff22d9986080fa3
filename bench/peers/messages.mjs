// The messages that are sent: the same on both ends, so that each end can compare what it gets with what it expects.
// `bench/server/src/messages.rs` is the same generator in Rust.

const BLOCK_BYTES = 256 * 1024;

// prettier-ignore
const SYMBOLS = [
  'AAPL', 'AMZN', 'BABA', 'CSCO', 'DELL', 'EBAY', 'FDXC', 'GOOG', 'HSBC', 'INTC', 'JPMC', 'KODK', 'LYFT', 'MSFT', 'NVDA', 'ORCL',
];

/** The characters of Chinese text: all of three bytes. */
const FIRST_IDEOGRAPH = 0x4e00;
const IDEOGRAPHS = 4096;

/**
 * A ring of different messages of one kind and size; its length is a power of two.
 *
 * @param {'text' | 'chinese' | 'binary'} kind
 * @param {number} size
 * @returns {(string | Uint8Array)[]}
 */
export function messages(kind, size) {
  const fitting = Math.min(4096, Math.max(2, Math.floor(BLOCK_BYTES / size)));
  const length = 2 ** Math.floor(Math.log2(fitting));
  const make = { text, chinese, binary }[kind];
  return Array.from({ length }, (_, index) => make(size, index));
}

/**
 * @param {number} size
 * @param {number} index
 */
function binary(size, index) {
  const next = random(index + 1);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, index, true);
  for (let at = 4; at < size; at++) bytes[at] = next();
  return bytes;
}

/**
 * @param {number} size
 * @param {number} index
 */
function text(size, index) {
  const next = random(index + 1);
  let rows = `[${String(index).padStart(6, '0')},`;
  while (rows.length < size) rows += row(next);
  // Through bytes and back, so that the string is flat and no rope of pieces.
  return new TextDecoder().decode(new TextEncoder().encode(`${rows.slice(0, size - 1)}]`));
}

/**
 * Text of three bytes a character.
 *
 * @param {number} size
 * @param {number} index
 */
function chinese(size, index) {
  const next = random(index + 1);
  let characters = `[${String(index).padStart(6, '0')},`;
  let bytes = characters.length;
  for (; bytes + 3 < size; bytes += 3) {
    characters += String.fromCodePoint(FIRST_IDEOGRAPH + (next() % IDEOGRAPHS));
  }
  characters += `${' '.repeat(size - 1 - bytes)}]`;
  return new TextDecoder().decode(new TextEncoder().encode(characters));
}

/**
 * One record of JSON-like text. Compresses about 4:1, as feeds of quotes and events do.
 *
 * @param {() => number} next
 */
function row(next) {
  const id = next() * 64 + (next() % 64);
  const symbol = SYMBOLS[next() % SYMBOLS.length];
  const price = next();
  const quantity = (next() % 900) + 100;
  const side = next() % 2 === 0 ? 'buy' : 'sell';
  const trace = (next() * 65536 + next()).toString(16).padStart(8, '0');
  const cents = String(price % 100).padStart(2, '0');
  return `{"id":${id},"symbol":"${symbol}","price":${Math.floor(price / 100)}.${cents},"quantity":${quantity},"side":"${side}","trace":"${trace}"},`;
}

/**
 * A linear congruential generator of 16-bit numbers: simple enough to be the same in two languages.
 *
 * @param {number} seed
 */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}
