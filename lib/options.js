'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { AbortSignal } = globalThis;

const { isIP } = require('node:net');

const { toHeaderList } = require('./headers.js');
const { boolean, integer } = require('./option-values.js');
const { toPerMessageDeflate } = require('./per-message-deflate.js');
const { toProxy } = require('./proxy-options.js');
const { toTlsOptions } = require('./tls-options.js');
const { show, toDictionary, toUSVStringSequence } = require('./webidl.js');

/**
 * The constructor's options, complete: every member has its value or its default.
 *
 * @typedef {object} Options
 * @property {number} closeTimeout milliseconds
 * @property {number} handshakeTimeout milliseconds
 * @property {{ interval: number, timeout: number } | undefined} heartbeat milliseconds
 * @property {string[]} headers name and value in turn
 * @property {0 | 4 | 6} family
 * @property {boolean | 'auto'} http2
 * @property {boolean} keepAlive
 * @property {string | undefined} localAddress
 * @property {Function | undefined} lookup
 * @property {number} maxFragments
 * @property {number} maxMessageSize bytes
 * @property {number} maxRedirects
 * @property {boolean} noDelay
 * @property {import('./per-message-deflate.js').PerMessageDeflate | undefined} perMessageDeflate
 * @property {string[]} protocols
 * @property {import('./proxy-options.js').Proxy | false | undefined} proxy
 * @property {number} receiveBuffer bytes
 * @property {number} sendBuffer bytes
 * @property {boolean} sharedBuffers
 * @property {AbortSignal | undefined} signal
 * @property {import('./tls-options.js').TlsOptions} tls
 */

/**
 * Converts the options bag. Members are read once each, in lexicographical order, as Web IDL
 * reads dictionaries; one that nobody knows is refused, because ignoring it costs people hours.
 *
 * @param {unknown} value
 * @returns {Options}
 */
function toOptions(value) {
  const dictionary = toDictionary(value, 'options');
  for (const name of Object.keys(dictionary)) {
    if (!Object.hasOwn(MEMBERS, name)) {
      const known = Object.keys(MEMBERS).join(', ');
      throw new TypeError(`${show(name)} is no option of WebSocketStream; there are: ${known}`);
    }
  }
  /** @type {Record<string, unknown>} */
  const options = {};
  for (const [name, convert] of ENTRIES) {
    options[name] = convert(dictionary[name], name);
  }
  return /** @type {Options} */ (/** @type {unknown} */ (options));
}

/**
 * @param {unknown} value
 * @returns {{ interval: number, timeout: number } | undefined}
 */
function heartbeat(value) {
  if (value === undefined) return undefined;
  const dictionary = toDictionary(value, 'heartbeat');
  for (const name of Object.keys(dictionary)) {
    if (name !== 'interval' && name !== 'timeout') {
      throw new TypeError(`${show(name)} is no member of heartbeat; there are: interval, timeout`);
    }
  }
  const time = (/** @type {number} */ fallback) =>
    integer(fallback, 1, MAX_MILLISECONDS, 'milliseconds');
  const { interval, timeout } = dictionary;
  return {
    interval: time(30_000)(interval, 'heartbeat.interval'),
    timeout: time(10_000)(timeout, 'heartbeat.timeout'),
  };
}

/** @param {unknown} value */
function family(value = 0) {
  if (value === 0 || value === 4 || value === 6) return value;
  throw new TypeError(`family must be 0, 4 or 6, not ${show(value)}`);
}

/** @param {unknown} value */
function http2(value = false) {
  if (typeof value === 'boolean' || value === 'auto') return value;
  throw new TypeError(`http2 must be true, false or "auto", not ${show(value)}`);
}

/** @param {unknown} value */
function localAddress(value) {
  if (value === undefined) return value;
  if (typeof value === 'string' && isIP(value) && !value.includes('%')) return value;
  throw new TypeError(`localAddress must be an IP address without a zone, not ${show(value)}`);
}

/** @param {unknown} value */
function lookup(value) {
  if (value === undefined || typeof value === 'function') return value;
  throw new TypeError(`lookup must be a function like dns.lookup, not ${show(value)}`);
}

/** @param {unknown} value */
function protocols(value) {
  return value === undefined ? [] : toUSVStringSequence(value, 'protocols');
}

/** @param {unknown} value */
function signal(value) {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw new TypeError(`signal must be an AbortSignal, not ${show(value)}`);
}

/** Timers of Node and of the network threads both count further than this. */
const MAX_MILLISECONDS = 2 ** 31 - 1;

/** The largest length that the boundary to the native half carries. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Below this, a batch would not fit and every message would cost a round trip.
 */
const MIN_BUFFER = 1024;

/**
 * In lexicographical order.
 *
 * @type {Record<string, (value: unknown, name: string) => unknown>}
 */
const MEMBERS = {
  closeTimeout: integer(10_000, 1, MAX_MILLISECONDS, 'milliseconds'),
  family,
  handshakeTimeout: integer(30_000, 1, MAX_MILLISECONDS, 'milliseconds'),
  headers: toHeaderList,
  heartbeat,
  http2,
  keepAlive: boolean(true),
  localAddress,
  lookup,
  maxFragments: integer(16_384, 1, MAX_BYTES, 'frames'),
  maxMessageSize: integer(64 * 1024 * 1024, 1, MAX_BYTES, 'bytes'),
  maxRedirects: integer(0, 0, 100, 'redirects'),
  noDelay: boolean(true),
  perMessageDeflate: toPerMessageDeflate,
  protocols,
  proxy: toProxy,
  receiveBuffer: integer(256 * 1024, MIN_BUFFER, MAX_BYTES, 'bytes'),
  sendBuffer: integer(512 * 1024, MIN_BUFFER, MAX_BYTES, 'bytes'),
  sharedBuffers: boolean(false),
  signal,
  tls: toTlsOptions,
};

/** Listed once and not for each connection. */
const ENTRIES = Object.entries(MEMBERS);

module.exports = { toOptions };
