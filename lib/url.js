'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { DOMException, URL } = globalThis;

const { show, toUSVString } = require('./webidl.js');

/**
 * "Get a URL record" (https://websockets.spec.whatwg.org/#get-a-url-record).
 *
 * @param {unknown} input
 * @returns {URL}
 */
function getURLRecord(input) {
  const text = toUSVString(input);
  const shown = show(text.replace(/\/\/[^/?#]*@/, '//***@'));
  // 1. Parse; Node has no base URL.
  /** @type {URL} */
  let url;
  try {
    url = new URL(text);
  } catch {
    throw syntaxError(`${shown} is no valid URL${suggestion(text)}`);
  }
  // 2.-3. http and https stand for ws and wss.
  if (url.protocol === 'http:') url.protocol = 'ws:';
  else if (url.protocol === 'https:') url.protocol = 'wss:';
  // Ours: a Unix socket and the path of the request, with a colon between them.
  if (url.protocol === 'ws+unix:') {
    if (url.host !== '' || unixPath(url) === '' || !targetOf(url).startsWith('/')) {
      throw syntaxError(`${shown} must be like "ws+unix:/path/to/socket:/request/path"`);
    }
  }
  // 4. Nothing else can be connected to.
  else if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw syntaxError(
      `the scheme of ${shown} must be ws:, wss:, http: or https:` +
        (suggestion(text) || `, not ${url.protocol}`),
    );
  }
  // 5. An empty fragment counts as well; only the serialisation shows it.
  if (url.hash !== '' || url.href.endsWith('#')) {
    throw syntaxError(`${shown} must not have a fragment (#)`);
  }
  return url;
}

/**
 * The URL parser leaves brackets around IPv6 addresses.
 *
 * @param {URL} url
 */
function hostOf({ hostname }) {
  return hostname.replace(/^\[|\]$/g, '');
}

/** @param {URL} url */
function portOf({ port, protocol }) {
  // Port 0 is a port of its own.
  if (port !== '') return Number(port);
  return protocol === 'wss:' ? 443 : 80;
}

/**
 * Path and query of the request. That of a Unix socket is behind its file.
 *
 * @param {URL} url
 */
function targetOf({ pathname, protocol, search }) {
  const [, ...behind] = pathname.split(':');
  const path = protocol === 'ws+unix:' ? behind.join(':') || '/' : pathname;
  return path + search;
}

/**
 * @param {URL} url
 * @returns {string | undefined} the file of the socket, for `ws+unix:` only
 */
function unixPath({ pathname, protocol }) {
  if (protocol !== 'ws+unix:') return undefined;
  try {
    return decodeURIComponent(pathname.split(':')[0]);
  } catch {
    // No file can be meant.
    return '';
  }
}

/**
 * Host and port, or the socket, for messages; never the user name or password.
 *
 * @param {URL} url
 */
function placeOf(url) {
  return unixPath(url) ?? `${url.hostname}:${portOf(url)}`;
}

/**
 * User name or password of a URL.
 *
 * @param {string} text percent-encoded, perhaps badly
 * @returns {string}
 */
function decodeCredential(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Helps whoever left out the scheme, as some examples on the web do.
 *
 * @param {string} text
 * @returns {string}
 */
function suggestion(text) {
  const guess = text.startsWith('//') ? `wss:${text}` : `wss://${text}`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(guess)) return '';
  const { hostname } = new URL(guess);
  const isLocal = hostname === 'localhost' || /^[\d.]+$|^\[/.test(hostname);
  if (!isLocal && !hostname.includes('.')) {
    return ': an absolute URL such as "wss://host/path" is needed';
  }
  return `: did you mean ${show(isLocal ? guess.replace('wss:', 'ws:') : guess)}?`;
}

/** @param {string} message */
function syntaxError(message) {
  return new DOMException(message, 'SyntaxError');
}

module.exports = {
  decodeCredential,
  getURLRecord,
  hostOf,
  placeOf,
  portOf,
  targetOf,
  unixPath,
};
