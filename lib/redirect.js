'use strict';

const { getURLRecord, targetOf } = require('./url.js');

/** @typedef {import('../binding.js').ErrorRecord} ErrorRecord */

/**
 * Where a refusal sends the client. What must not be followed changes the record, so that the error
 * says why.
 *
 * @param {ErrorRecord | undefined | null} record
 * @param {URL} url that was asked
 * @param {number} left redirects that may still be followed
 * @returns {URL | undefined}
 */
function redirectTarget(record, url, left) {
  if (!record?.response || record.proxy || !STATUSES.has(record.response.status)) return undefined;
  const { headers } = record.response;
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'location');
  if (at < 0) return undefined;
  const target = resolve(headers[at + 1], url);
  if (typeof target === 'object' && left > 0) return target;
  record.kind = 'redirect';
  record.message =
    typeof target === 'object'
      ? 'the server redirects once more than maxRedirects allows'
      : `the server redirects ${target}`;
  return undefined;
}

/**
 * @param {string} location
 * @param {URL} url
 * @returns {URL | string} or why not
 */
function resolve(location, url) {
  const isUnix = url.protocol === 'ws+unix:';
  // Over a Unix socket, what the request looks like to the server.
  const base = isUnix ? `ws://${STAND_IN}${targetOf(url)}` : url.href;
  const text = decode(location);
  if (!URL.canParse(text, base)) return 'to what is no URL';
  const target = new URL(text, base);
  target.hash = '';
  if (!/^(ws|http)s?:$/.test(target.protocol)) {
    return `to ${target.protocol}, which is no WebSocket`;
  }
  const record = getURLRecord(target.href);
  if (isUnix && record.host === STAND_IN) {
    const [file] = url.pathname.split(':');
    return new URL(`ws+unix:${file}:${targetOf(record)}`);
  }
  if (url.protocol === 'wss:' && record.protocol === 'ws:') return 'from wss: to ws:';
  if (record.origin === url.origin && record.username === '' && record.password === '') {
    // A relative location keeps them, and many servers make it absolute.
    record.username = url.username;
    record.password = url.password;
  }
  return record;
}

/**
 * Header values are read as Latin-1, and URLs are UTF-8.
 *
 * @param {string} location
 */
function decode(location) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(location, 'latin1'));
  } catch {
    return location;
  }
}

/**
 * What may be sent to another origin of the caller's headers.
 *
 * @param {string[]} headers name and value in turn
 * @param {URL} from
 * @param {URL} to
 */
function headersFor(headers, from, to) {
  if (from.origin === to.origin) return headers;
  return headers.filter((_, i) => !PRIVATE.has(headers[i - (i % 2)].toLowerCase()));
}

/** No server has this name (RFC 6761), so only a relative location leads there. */
const STAND_IN = 'socket.invalid';

const STATUSES = new Set([301, 302, 303, 307, 308]);

/** Secrets, and the name of the other host. */
const PRIVATE = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);

module.exports = { headersFor, redirectTarget };
