// Ways to the soak test's servers.

import { randomInt } from 'node:crypto';

import { WebSocketStream } from '../../index.js';

/**
 * What the process of the servers tells of them.
 *
 * @typedef {object} Places
 * @property {number} port
 * @property {number} securePort
 * @property {number} connectPort of a CONNECT proxy
 * @property {number} socksPort of a SOCKS proxy
 * @property {string} ca the authority behind the certificate
 */

/**
 * @typedef {(path: string, options?: import('../../index.js').WebSocketStreamOptions) => WebSocketStream} Connect
 */

/**
 * Plain or with TLS, straight or through a proxy, compressed or not.
 *
 * @param {Places} places
 * @returns {{ name: string, connect: Connect }}
 */
export function randomRoute({ port, securePort, connectPort, socksPort, ca }) {
  const [scheme, base, tls] = pick([
    ['ws', `ws://127.0.0.1:${port}`, undefined],
    ['wss', `wss://localhost:${securePort}`, { ca }],
  ]);
  const [way, proxy] = pick([
    ['direct', false],
    ['direct', false],
    ['CONNECT', `http://127.0.0.1:${connectPort}`],
    ['SOCKS', `socks5h://127.0.0.1:${socksPort}`],
  ]);
  const [coding, perMessageDeflate] = pick([
    ['plain', false],
    ['deflate', true],
    ['deflate', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ]);
  return {
    name: `${scheme} ${way} ${coding}`,
    connect: (path, options) =>
      new WebSocketStream(`${base}${path}`, {
        tls,
        proxy,
        perMessageDeflate,
        closeTimeout: CLOSE_TIMEOUT_MS,
        ...options,
      }),
  };
}

/**
 * @template T
 * @param {T[]} list
 * @returns {T}
 */
function pick(list) {
  return list[randomInt(list.length)];
}

/** The servers deflate what they had to say before they close, on a machine that others may use, too. */
const CLOSE_TIMEOUT_MS = 50_000;
