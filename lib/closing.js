'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { DOMException } = globalThis;

const { show, toDictionary, toUnsignedShort, toUSVString } = require('./webidl.js');

/**
 * @typedef {object} CloseInfo
 * @property {number | undefined} closeCode
 * @property {string} reason
 */

/**
 * Converts a `WebSocketCloseInfo` (https://whatpr.org/websockets/48.html#dictdef-websocketcloseinfo).
 * Members are read in lexicographical order.
 *
 * @param {unknown} value
 * @returns {CloseInfo}
 */
function toCloseInfo(value) {
  const dictionary = toDictionary(value, 'the close info');
  const { closeCode } = dictionary;
  const code = closeCode === undefined ? undefined : toUnsignedShort(closeCode, 'closeCode');
  const { reason } = dictionary;
  return { closeCode: code, reason: reason === undefined ? '' : toUSVString(reason) };
}

/**
 * "Validate close code and reason" (https://whatpr.org/websockets/48.html#validate-close-code-and-reason).
 * Returns the code to send: a reason without a code gets 1000.
 *
 * @param {CloseInfo} info
 * @returns {CloseInfo}
 */
function validateCloseInfo({ closeCode, reason }) {
  // 1. Only codes that an application may send.
  if (closeCode !== undefined && !isSendable(closeCode)) {
    throw new DOMException(
      `closeCode must be 1000 or from 3000 to 4999, not ${closeCode}`,
      'InvalidAccessError',
    );
  }
  // 2. A Close frame has room for 123 bytes of reason.
  const length = Buffer.byteLength(reason);
  if (length > MAX_REASON_BYTES) {
    throw new DOMException(
      `reason must be at most ${MAX_REASON_BYTES} bytes long in UTF-8, not ${length}`,
      'SyntaxError',
    );
  }
  // 3. A reason cannot be sent without a code.
  return { closeCode: closeCode === undefined && reason !== '' ? 1000 : closeCode, reason };
}

/**
 * What a stream's cancel or abort reason says about closing: the members of a WebSocketError
 * where they may be sent, otherwise nothing.
 *
 * @param {{ closeCode: number | null, reason: string }} error
 * @returns {CloseInfo}
 */
function closeInfoOf({ closeCode, reason }) {
  const isAllowed = closeCode === null || isSendable(closeCode);
  return isAllowed && Buffer.byteLength(reason) <= MAX_REASON_BYTES
    ? validateCloseInfo({ closeCode: closeCode ?? undefined, reason })
    : { closeCode: undefined, reason: '' };
}

/**
 * Some published examples use the member names of `CloseEvent`. The standard ignores unknown
 * members, so the code would silently not be sent.
 *
 * @param {unknown} value the argument of `close()`
 */
function warnAboutCode(value) {
  if (warned || typeof value !== 'object' || value === null) return;
  if (!('code' in value) || 'closeCode' in value) return;
  warned = true;
  process.emitWarning(
    `close({ code: ${show(value.code)} }) has no effect: the member is called closeCode`,
    { code: 'WEBSOCKETSTREAM_CLOSE_CODE' },
  );
}

/** @param {number} code */
function isSendable(code) {
  return code === 1000 || (code >= 3000 && code <= 4999);
}

/** 125 bytes of a control frame less 2 for the code (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

let warned = false;

module.exports = { closeInfoOf, toCloseInfo, validateCloseInfo, warnAboutCode };
