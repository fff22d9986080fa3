'use strict';

const { getURLRecord } = require('./url.js');

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
  if (!URL.canParse(location, url.href)) return 'to what is no URL';
  const target = new URL(location, url);
  target.hash = '';
  if (!/^(ws|http)s?:$/.test(target.protocol)) {
    return `to ${target.protocol}, which is no WebSocket`;
  }
  const record = getURLRecord(target.href);
  return url.protocol === 'wss:' && record.protocol === 'ws:' ? 'from wss: to ws:' : record;
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

const STATUSES = new Set([301, 302, 303, 307, 308]);

/** Secrets, and the name of the other host. */
const PRIVATE = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);

module.exports = { headersFor, redirectTarget };
