'use strict';

const { toHeaderList } = require('./headers.js');
const { toTlsOptions } = require('./tls-options.js');
const { show, toDictionary } = require('./webidl.js');

/**
 * A proxy, complete.
 *
 * @typedef {object} Proxy
 * @property {string[]} headers name and value in turn, of the CONNECT request
 * @property {string} host name or address, without brackets
 * @property {string | undefined} password
 * @property {number} port
 * @property {string} protocol with its colon
 * @property {import('./tls-options.js').TlsOptions} tls towards the proxy itself
 * @property {string | undefined} username
 */

/**
 * The option `proxy`.
 *
 * @param {unknown} value
 * @returns {Proxy | false | undefined} `undefined` leaves it to the environment
 */
function toProxy(value) {
  if (value === undefined || value === false) return value;
  if (typeof value === 'string' || value instanceof URL) return parseProxy(value, 'proxy');
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`proxy must be a URL, an object with url, or false, not ${show(value)}`);
  }
  const dictionary = toDictionary(value, 'proxy');
  for (const name of Object.keys(dictionary)) {
    if (!MEMBERS.includes(name)) {
      throw new TypeError(`${show(name)} is no member of proxy; there are: ${MEMBERS.join(', ')}`);
    }
  }
  const { headers, tls, url } = dictionary;
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new TypeError(`proxy.url must be a string or a URL, not ${show(url)}`);
  }
  const proxy = parseProxy(url, 'proxy.url');
  if (headers !== undefined && !proxy.protocol.startsWith('http')) {
    throw new TypeError('proxy.headers is for http: and https: proxies, and SOCKS has none');
  }
  if (tls !== undefined && proxy.protocol !== 'https:') {
    throw new TypeError(`proxy.tls is for https: proxies, and not for ${show(proxy.protocol)}`);
  }
  proxy.headers.push(...toHeaderList(headers));
  proxy.tls = toTlsOptions(tls, 'proxy.tls');
  if (proxy.tls.checkServerIdentity) {
    throw new TypeError('proxy.tls.checkServerIdentity is not available; proxy.tls.pins is');
  }
  return proxy;
}

/**
 * @param {string | URL} value
 * @param {string} option its name, for messages; the value may hold a password and stays out of them
 * @returns {Proxy}
 */
function parseProxy(value, option) {
  const text = String(value);
  if (!URL.canParse(text)) {
    throw new TypeError(`${option} must be an absolute URL such as "http://host:8080"`);
  }
  const { protocol, hostname, port, username, password } = new URL(text);
  if (!PORTS.has(protocol) || hostname === '') {
    throw new TypeError(
      `${option} must be a URL with http:, https:, socks5: or socks5h:, not ${show(protocol)}`,
    );
  }
  const hasLogin = username !== '' || password !== '';
  const [user, secret] = [username, password].map((part) => decode(part, option));
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  return {
    headers: hasLogin && protocol.startsWith('http') ? ['Proxy-Authorization', authorization] : [],
    host: hostname.replace(/^\[|\]$/g, ''),
    password: hasLogin ? secret : undefined,
    port: Number(port || PORTS.get(protocol)),
    protocol,
    tls: toTlsOptions(undefined),
    username: hasLogin ? user : undefined,
  };
}

/**
 * @param {string} text percent-encoded
 * @param {string} option
 */
function decode(text, option) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(
      `${option} has a user name or password with a % that is not followed by the code of a character`,
    );
  }
}

/** Where a proxy listens when the URL does not say it. */
const PORTS = new Map([
  ['http:', 80],
  ['https:', 443],
  ['socks5:', 1080],
  ['socks5h:', 1080],
]);

const MEMBERS = ['headers', 'tls', 'url'];

module.exports = { parseProxy, toProxy };
