'use strict';

const { show } = require('./webidl.js');

/**
 * The option `headers`: an object, an iterable of pairs, or a `Headers` object, as a flat list of
 * name and value in turn.
 *
 * @param {unknown} value
 * @returns {string[]}
 */
function toHeaderList(value) {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`headers must be an object or pairs of name and value, not ${show(value)}`);
  }
  const list = [];
  for (const pair of Symbol.iterator in value ? pairsOf(value) : Object.entries(value)) {
    const [name, text] = pair;
    list.push(checkName(name), checkValue(name, text));
  }
  return list;
}

/**
 * @param {object} iterable
 * @returns {Generator<unknown[]>}
 */
function* pairsOf(iterable) {
  for (const pair of /** @type {Iterable<unknown>} */ (iterable)) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`headers must consist of pairs of name and value, not ${show(pair)}`);
    }
    yield pair;
  }
}

/**
 * @param {unknown} name
 * @returns {string}
 */
function checkName(name) {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw new TypeError(`${show(name)} is no header name`);
  }
  const lower = name.toLowerCase();
  if (OWN.has(lower) || lower.startsWith('sec-websocket-')) {
    throw new TypeError(`the header ${show(name)} belongs to the handshake and cannot be set`);
  }
  return name;
}

/**
 * @param {unknown} name
 * @param {unknown} value
 * @returns {string}
 */
function checkValue(name, value) {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') {
    throw new TypeError(
      `the value of the header ${show(name)} must be a string, not ${show(value)}`,
    );
  }
  // The value itself stays out of the message: it may be a secret.
  if (!VALUE.test(text)) {
    throw new TypeError(
      `the value of the header ${show(name)} has a character that no header may carry`,
    );
  }
  return text.replace(/^[\t ]+|[\t ]+$/g, '');
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 section 5.5: visible characters, space, tab, and the upper half of Latin-1. */

const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What the handshake needs to be as it is (RFC 6455 section 4.1), and what would give it a body. */
const OWN = new Set(['connection', 'content-length', 'transfer-encoding', 'upgrade']);

module.exports = { toHeaderList };
