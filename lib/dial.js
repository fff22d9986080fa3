'use strict';

const { lookup } = require('node:dns');
const { isIP } = require('node:net');

const { connectTls } = require('./tls-connect.js');

/**
 * Finds the addresses of a URL's host and completes what the native half needs to connect.
 *
 * Names are resolved by Node, so that its options and error codes hold; addresses need no look-up.
 *
 * @param {URL} url
 * @param {import('./options.js').Options} options
 * @param {AbortSignal} signal ends the wait
 * @param {(error: Error | null, options: any) => void} done called once, never synchronously with an
 *   error; not at all once the signal is aborted
 */
function dial(url, options, signal, done) {
  const started = Date.now();
  const host = hostOf(url);
  const port = Number(url.port) || (url.protocol === 'wss:' ? 443 : 80);
  if (isIP(host)) {
    done(null, connectOptions(url, options, [socketAddress(host, port)], started));
    return;
  }
  const timer = setTimeout(() => {
    const message = `the look-up of ${host} took longer than ${options.handshakeTimeout} ms`;
    finish(Object.assign(new Error(message), { code: 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT' }));
  }, options.handshakeTimeout);
  let finished = false;
  signal.addEventListener('abort', () => finish(null), { once: true });
  lookup(host, { all: true }, (error, found) => {
    if (error) finish(error);
    else {
      finish(
        null,
        found.map(({ address }) => socketAddress(address, port)),
      );
    }
  });

  /**
   * @param {Error | null} error
   * @param {string[]} [addresses]
   */
  function finish(error, addresses) {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    if (error) done(error, undefined);
    else if (addresses) done(null, connectOptions(url, options, addresses, started));
  }
}

/**
 * @param {URL} url
 * @param {import('./options.js').Options} options
 * @param {string[]} addresses
 * @param {number} started when the handshake's time began to run
 * @returns {import('../binding.js').ConnectOptions}
 */
function connectOptions(url, options, addresses, started) {
  const left = options.handshakeTimeout - (Date.now() - started);
  return {
    addresses,
    authority: url.host,
    target: url.pathname + url.search,
    headers: [...authorization(url, options.headers), ...options.headers],
    protocols: options.protocols,
    tls: url.protocol === 'wss:' ? connectTls(options.tls, hostOf(url)) : undefined,
    closeTimeout: options.closeTimeout,
    handshakeTimeout: Math.max(left, 1),
    heartbeat: options.heartbeat,
    keepAlive: options.keepAlive ? KEEP_ALIVE_MS : undefined,
    maxFragments: options.maxFragments,
    maxMessageSize: options.maxMessageSize,
    noDelay: options.noDelay,
    perMessageDeflate: options.perMessageDeflate,
    receiveBuffer: options.receiveBuffer,
    sendBuffer: options.sendBuffer,
  };
}

/**
 * User name and password of the URL, unless the caller authorizes otherwise.
 *
 * @param {URL} url
 * @param {string[]} headers
 * @returns {string[]}
 */
function authorization({ username, password }, headers) {
  if (username === '' && password === '') return [];
  if (headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization')) return [];
  const credentials = `${decode(username)}:${decode(password)}`;
  return ['Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`];
}

/**
 * @param {string} text percent-encoded, perhaps badly
 * @returns {string}
 */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The URL parser leaves brackets around IPv6 addresses.
 *
 * @param {URL} url
 */
function hostOf({ hostname }) {
  return hostname.replace(/^\[|\]$/g, '');
}

/**
 * @param {string} address numeric
 * @param {number} port
 */
function socketAddress(address, port) {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Idle time before the first TCP keep-alive probe: what undici uses, too. */
const KEEP_ALIVE_MS = 60_000;

module.exports = { dial };
