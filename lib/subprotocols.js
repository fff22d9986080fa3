'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { DOMException } = globalThis;

const { show } = require('./webidl.js');

/**
 * Checks the constructor's `protocols` (https://websockets.spec.whatwg.org/#dom-websocket-websocket):
 * every one a token, none twice. Upper and lower case count as the same, as in browsers.
 *
 * @param {string[]} protocols
 */
function checkSubprotocols(protocols) {
  const seen = new Set();
  for (const protocol of protocols) {
    if (!TOKEN.test(protocol)) {
      throw syntaxError(
        `${show(protocol)} is no subprotocol: only letters, digits and !#$%&'*+-.^_\`|~ are allowed`,
      );
    }
    const key = protocol.toLowerCase();
    if (seen.has(key)) throw syntaxError(`the subprotocol ${show(protocol)} is given twice`);
    seen.add(key);
  }
}

/** @param {string} message */
function syntaxError(message) {
  return new DOMException(message, 'SyntaxError');
}

/** A token of RFC 2616 section 2.2: no control characters, spaces or separators. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

module.exports = { checkSubprotocols };
