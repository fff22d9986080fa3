// What the package aims at, as ratios to `ws` in the same run unless a goal says otherwise.

/**
 * @typedef {object} Target
 * @property {string} id         of a case
 * @property {string} figure
 * @property {string} [peer]     whose figure it is; `websocketstream` if not said
 * @property {number} [least]
 * @property {number} [most]
 * @property {string} [to]       library that the ratio is to, if not `ws`
 * @property {string} [ofCase]   case that the ratio is to, of the same library
 * @property {boolean} [absolute]
 */

/** @type {Target[]} */
export const targets = [
  ...pair('receive/text/64/plain', 1.5, 1 / 2),
  ...pair('receive/text/1k/plain', 1.5, 1 / 3),
  ...pair('receive/binary/64/plain', 1.3, 1 / 1.5),
  ...pair('receive/binary/1k/plain', 1, 1),
  ...pair('receive/binary/16k/plain', 1.3, 1 / 2),
  ...pair('receive/binary/1m/plain', 2, 1 / 4),
  ...pair('receive/binary/1k/plain', 1.5, 1 / 4, 'websocketstream-shared'),
  ...pair('receive/binary/16k/plain', 1.5, 1 / 6, 'websocketstream-shared'),
  ...['text', 'binary'].flatMap((kind) => [
    ...pair(`receive/${kind}/1k/tls`, 1.5, 1 / 3),
    ...pair(`receive/${kind}/16k/tls`, 1.5, 1 / 4),
    ...pair(`send/${kind}/64/plain`, 12, 1 / 12),
    ...pair(`send/${kind}/1k/plain`, 8, 1 / 8),
    ...pair(`send/${kind}/16k/plain`, 1.5, 1 / 2),
    ...pair(`send/${kind}/1m/plain`, 2, 1 / 3),
    ...pair(`send/${kind}/1k/tls`, 3, 1 / 4),
    ...pair(`send/${kind}/16k/tls`, 1.5, 1 / 3),
  ]),
  { id: 'echo/one/64/plain', figure: 'p50', most: 1 },
  { id: 'echo/one/64/plain', figure: 'p99', most: 1 },
  ...pair('echo/many/64/plain', 3, 1 / 3),
  ...pair('connect/plain', 4, 1 / 4),
  ...pair('connect/tls', 2, 1 / 4),
  { id: 'idle/plain', figure: 'memory', most: 10_000, absolute: true },
  { id: 'idle/tls', figure: 'memory', most: 25_000, absolute: true },
  { id: 'scale/10000', figure: 'main', ofCase: 'scale/1', most: 1.3 },
  { id: 'scale/10000', figure: 'total', ofCase: 'scale/1', most: 1.3 },
  ...['receive', 'send'].flatMap((direction) =>
    ['text', 'binary'].flatMap((kind) =>
      ['16k', '256k', '1m'].flatMap((size) =>
        ['plain', 'tls'].map((transport) => ({
          id: `${direction}/${kind}/${size}/${transport}`,
          figure: 'rate',
          to: 'limit',
          least: 0.7,
        })),
      ),
    ),
  ),
];

/**
 * The rate as a multiple, and the main thread's CPU per message as a share.
 *
 * @param {string} id
 * @param {number} rate
 * @param {number} main
 * @param {string} [peer]
 * @returns {Target[]}
 */
function pair(id, rate, main, peer) {
  return [
    { id, peer, figure: 'rate', least: rate },
    { id, peer, figure: 'main', most: main },
  ];
}
