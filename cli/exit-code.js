'use strict';

/** Exit codes by cause, for scripts. They are listed in `--help`. */
const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  nameLookup: 3,
  unreachable: 4,
  tls: 5,
  refused: 6,
  timeout: 7,
  lost: 8,
  closedWithError: 9,
  protocol: 10,
  interrupted: 130,
};

/**
 * @param {any} error what `opened` or `closed` rejected with
 * @param {boolean} wasOpen
 * @returns {number}
 */
function exitCodeOf(error, wasOpen) {
  const code = codeOf(error.cause);
  if (TIMEOUTS.has(code)) return EXIT.timeout;
  if (code === 'ERR_WEBSOCKET_PROTOCOL') return EXIT.protocol;
  if (wasOpen) return error.name === 'WebSocketError' ? EXIT.lost : EXIT.failed;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return EXIT.nameLookup;
  if (REFUSED.test(code)) return EXIT.refused;
  if (TLS.test(code)) return EXIT.tls;
  return /^E[A-Z]+$/.test(code) ? EXIT.unreachable : EXIT.failed;
}

/**
 * @param {number} closeCode of a clean end
 * @returns {number}
 */
function exitCodeOfClose(closeCode) {
  // Normal, going away, and no code at all.
  return [1000, 1001, 1005].includes(closeCode) ? EXIT.ok : EXIT.closedWithError;
}

/**
 * @param {any} cause
 * @returns {string} with several addresses, that of the first
 */
function codeOf(cause) {
  return String(cause?.code ?? cause?.errors?.[0]?.code ?? '');
}

const TIMEOUTS = new Set([
  'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT',
  'ERR_WEBSOCKET_CLOSE_TIMEOUT',
  'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT',
]);

/** A server or a proxy answered, and not as it should. */
const REFUSED = /^ERR_WEBSOCKET_(HANDSHAKE|PROXY|PROXY_REFUSED|REDIRECT|REFUSED)$/;

/** Node's codes for certificates and TLS. */
const TLS = /^(CERT_|DEPTH_ZERO|EPROTO|ERR_SSL_|ERR_TLS_|INVALID_PURPOSE|SELF_SIGNED|UNABLE_TO_)/;

module.exports = { EXIT, exitCodeOf, exitCodeOfClose };
