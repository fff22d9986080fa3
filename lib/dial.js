'use strict';

const { isIP } = require('node:net');

const { connectNumbers } = require('./connect-numbers.js');
const { proxyError } = require('./errors.js');
const { refusedByPermissions } = require('./permission.js');
const { proxyFromEnvironment } = require('./proxy-environment.js');
const { resolve } = require('./resolve.js');
const { connectTls } = require('./tls-connect.js');
const { decodeCredential, hostOf, placeOf, portOf, targetOf, unixPath } = require('./url.js');

/** @typedef {import('./options.js').Options} Options */

/**
 * What only connecting finds out.
 *
 * @typedef {object} Way
 * @property {string[]} addresses
 * @property {string} [path] of a Unix socket
 * @property {import('../binding.js').ConnectProxy} [proxy]
 */

/**
 * How far a handshake has come.
 *
 * @typedef {object} Progress
 * @property {number} started when its time began to run
 * @property {number} redirects that may still be followed
 */

/**
 * A way that is being looked for.
 *
 * @typedef {object} Dialling
 * @property {() => void} cancel gives it up: nothing is called any more
 * @property {(referenced: boolean) => void} setRef whether it keeps the process alive
 */

/**
 * Finds the addresses of a URL's host, or of the proxy, and completes what the native half needs to
 * connect.
 *
 * Names are resolved by Node, so that its options and error codes hold; addresses need no look-up.
 *
 * @param {URL} url
 * @param {Options} options
 * @param {Progress} progress
 * @param {(error: Error | null, options: any) => void} done called once, never synchronously with an
 *   error
 * @returns {Dialling}
 */
function dial(url, options, progress, done) {
  let finished = false;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const refused = refusedByPermissions(placeOf(url));
  if (refused) queueMicrotask(() => finish(refused));
  else findWay(url, options, finish);
  if (!finished) {
    const left = Math.max(options.handshakeTimeout - (Date.now() - progress.started), 1);
    timer = setTimeout(() => {
      const what = `the look-up of ${hostOf(url)}`;
      const error = new Error(`${what} took longer than ${options.handshakeTimeout} ms`);
      finish(Object.assign(error, { code: 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT' }));
    }, left);
  }
  return {
    cancel: () => finish(null),
    setRef: (referenced) => timer?.[referenced ? 'ref' : 'unref'](),
  };

  /**
   * @param {Error | null} error
   * @param {Way} [way]
   */
  function finish(error, way) {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    if (error) queueMicrotask(() => done(error, undefined));
    else if (way) done(null, connectOptions(url, options, way, progress));
  }
}

/**
 * @param {URL} url
 * @param {Options} options
 * @param {(error: Error | null, way?: Way) => void} done
 */
function findWay(url, options, done) {
  const path = unixPath(url);
  if (path !== undefined) {
    done(null, { addresses: [], path });
    return;
  }
  const [host, port] = [hostOf(url), portOf(url)];
  let proxy;
  try {
    proxy = options.proxy ?? proxyFromEnvironment(host, port, url.protocol === 'wss:');
  } catch (error) {
    done(error);
    return;
  }
  const dialled = { ...options, family: familyOf(options) };
  if (!proxy) {
    resolve(host, dialled, (error, found) => {
      done(error, { addresses: found.map((address) => socketAddress(address, port)) });
    });
    return;
  }
  const { headers, password, protocol, tls, username } = proxy;
  const { host: proxyHost, port: proxyPort } = proxy;
  resolve(proxyHost, dialled, (fault, found) => {
    /** @param {Error | null} error @param {string[]} target */
    const finish = (error, [target]) =>
      done(error, {
        addresses: found.map((address) => socketAddress(address, proxyPort)),
        proxy: {
          headers,
          host: target,
          password,
          port,
          socks: protocol.startsWith('socks'),
          tls: protocol === 'https:' ? connectTls(tls, proxyHost) : undefined,
          username,
        },
      });
    // Only with socks5: the name of the server is resolved on this side.
    if (!fault && protocol === 'socks5:') resolve(host, options, finish);
    else finish(fault && proxyError(fault), [host]);
  });
}

/**
 * An address of this side reaches those of its own family only.
 *
 * @param {Options} options
 * @returns {Options['family']}
 */
function familyOf({ family, localAddress }) {
  if (family !== 0 || localAddress === undefined) return family;
  return isIP(localAddress) === 6 ? 6 : 4;
}

/**
 * @param {URL} url
 * @param {Options} options
 * @param {Way} way
 * @param {Progress} progress
 * @returns {import('../binding.js').ConnectOptions}
 */
function connectOptions(url, options, { addresses, path, proxy }, { started, redirects }) {
  const elapsed = Date.now() - started;
  const isSecure = url.protocol === 'wss:';
  const isUnix = path !== undefined;
  return {
    addresses,
    path,
    proxy,
    localAddress: options.localAddress,
    authority: isUnix ? 'localhost' : url.host,
    target: targetOf(url),
    headers: [...authorization(url, options.headers), ...options.headers],
    protocols: options.protocols,
    tls: isSecure ? connectTls(options.tls, hostOf(url)) : undefined,
    numbers: connectNumbers(options, {
      // Something is left of it: the connection tells whether that is enough.
      elapsed: Math.max(Math.min(elapsed, options.handshakeTimeout - 1), 0),
      followsRedirects: redirects > 0,
      isSecure,
    }),
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
  const credentials = `${decodeCredential(username)}:${decodeCredential(password)}`;
  return ['Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`];
}

/**
 * @param {string} address numeric
 * @param {number} port
 */
function socketAddress(address, port) {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

module.exports = { dial };
