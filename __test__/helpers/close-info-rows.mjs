/**
 * The conversion of a WebSocketCloseInfo, row by row. `close()` and the WebSocketError constructor
 * take the same dictionary and must treat it alike.
 *
 * @typedef {object} Row
 * @property {string} title
 * @property {any} info
 * @property {string} [throws]
 * @property {number | null} [closeCode]
 * @property {string} [reason]
 */

/** @type {Row[]} */
export const accepted = [
  { title: 'undefined', info: undefined, closeCode: null, reason: '' },
  { title: 'null', info: null, closeCode: null, reason: '' },
  { title: 'an empty object', info: {}, closeCode: null, reason: '' },
  { title: 'a function', info: () => {}, closeCode: null, reason: '' },
  { title: 'closeCode undefined', info: { closeCode: undefined }, closeCode: null, reason: '' },
  { title: 'reason undefined', info: { reason: undefined }, closeCode: null, reason: '' },
  { title: 'an empty reason', info: { reason: '' }, closeCode: null, reason: '' },
  { title: 'a reason alone', info: { reason: 'why' }, closeCode: 1000, reason: 'why' },
  { title: 'closeCode 1000', info: { closeCode: 1000 }, closeCode: 1000, reason: '' },
  { title: 'closeCode 3000', info: { closeCode: 3000 }, closeCode: 3000, reason: '' },
  { title: 'closeCode 4999', info: { closeCode: 4999 }, closeCode: 4999, reason: '' },
  { title: 'closeCode 1000.9', info: { closeCode: 1000.9 }, closeCode: 1000, reason: '' },
  { title: 'closeCode "3000"', info: { closeCode: '3000' }, closeCode: 3000, reason: '' },
  { title: 'closeCode [4000]', info: { closeCode: [4000] }, closeCode: 4000, reason: '' },
  {
    title: 'code and reason',
    info: { closeCode: 4001, reason: 'x' },
    closeCode: 4001,
    reason: 'x',
  },
  { title: 'reason null', info: { reason: null }, closeCode: 1000, reason: 'null' },
  { title: 'reason 5', info: { reason: 5 }, closeCode: 1000, reason: '5' },
  {
    title: 'a reason of 123 bytes',
    info: { closeCode: 3001, reason: 'x'.repeat(123) },
    closeCode: 3001,
    reason: 'x'.repeat(123),
  },
  {
    title: 'a reason of 41 characters that are 123 bytes',
    info: { reason: '€'.repeat(41) },
    closeCode: 1000,
    reason: '€'.repeat(41),
  },
  {
    title: 'lone surrogates in the reason',
    info: { reason: 'a\uD800b\uDC00' },
    closeCode: 1000,
    reason: 'a\uFFFDb\uFFFD',
  },
  {
    title: 'members of the prototype',
    info: Object.create({ closeCode: 4002, reason: 'inherited' }),
    closeCode: 4002,
    reason: 'inherited',
  },
];

/** @type {Row[]} */
export const refused = [
  ...[true, false, 0, 1000, 'x', '', 1n, Symbol('s')].map((info) => ({
    title: `${typeof info} ${String(info)} in place of the object`,
    info,
    throws: 'TypeError',
  })),
  ...[65536, -1, NaN, 'x', Infinity, -Infinity, 1000n, Symbol('s'), {}, 1e20].map((closeCode) => ({
    title: `closeCode ${typeof closeCode} ${String(closeCode)}`,
    info: { closeCode },
    throws: 'TypeError',
  })),
  ...[0, -0.5, 999, 999.99, 1001, 1005, 1006, 1015, 2999, 5000, 65535, 65535.9, null, true].map(
    (closeCode) => ({
      title: `closeCode ${String(closeCode)}`,
      info: { closeCode },
      throws: 'InvalidAccessError',
    }),
  ),
  { title: 'a Symbol as reason', info: { reason: Symbol('s') }, throws: 'TypeError' },
  { title: 'a reason of 124 bytes', info: { reason: 'x'.repeat(124) }, throws: 'SyntaxError' },
  {
    title: 'a reason of 62 characters that are 124 bytes',
    info: { closeCode: 1000, reason: 'é'.repeat(62) },
    throws: 'SyntaxError',
  },
  {
    title: 'lone surrogates that become more than 123 bytes',
    info: { reason: '\uD800'.repeat(42) },
    throws: 'SyntaxError',
  },
  {
    title: 'a bad code with an overlong reason, the code first',
    info: { closeCode: 1001, reason: 'x'.repeat(124) },
    throws: 'InvalidAccessError',
  },
];
