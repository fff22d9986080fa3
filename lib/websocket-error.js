'use strict';

// Taken at load, so that later changes to the globals do not matter.
const { DOMException } = globalThis;

const { toCloseInfo, validateCloseInfo } = require('./closing.js');
const { toDOMString } = require('./webidl.js');

/**
 * Lets the implementation make errors with codes that scripts may not use.
 *
 * @type {(message: string, info: { closeCode: number | null, reason: string }) => WebSocketError}
 */
let createWebSocketError;

/**
 * What a WebSocketError says about closing, whatever a class derived from it makes of the getters;
 * nothing for any other value. The brand check of Web IDL.
 *
 * @type {(value: unknown) => { closeCode: number | null, reason: string }}
 */
let closingOf;

/**
 * https://whatpr.org/websockets/48.html#the-websocketerror-interface
 */
class WebSocketError extends DOMException {
  /** @type {number | null} */
  #closeCode = null;
  #reason = '';

  /**
   * @param {string} [message]
   * @param {import('../index.js').WebSocketCloseInfo} [init]
   */
  constructor(message = '', init = {}) {
    const text = toDOMString(message);
    // Members are converted before anything happens (Web IDL).
    const info = toCloseInfo(init);
    // 1. Set the message and the name.
    super(text, 'WebSocketError');
    // 2.-4. Check code and reason; a reason alone gets 1000.
    const { closeCode, reason } = validateCloseInfo(info);
    // 5.-6. Keep them.
    this.#closeCode = closeCode ?? null;
    this.#reason = reason;
  }

  /** @returns {number | null} */
  get closeCode() {
    return this.#closeCode;
  }

  /** @returns {string} */
  get reason() {
    return this.#reason;
  }

  static {
    createWebSocketError = (message, { closeCode, reason }) => {
      const error = new WebSocketError(message);
      error.#closeCode = closeCode;
      error.#reason = reason;
      return error;
    };
    closingOf = (value) =>
      typeof value === 'object' && value !== null && #closeCode in value
        ? { closeCode: value.#closeCode, reason: value.#reason }
        : { closeCode: null, reason: '' };
    Object.defineProperties(this.prototype, {
      closeCode: { enumerable: true },
      reason: { enumerable: true },
      [Symbol.toStringTag]: { value: 'WebSocketError', configurable: true },
    });
  }
}

module.exports = { closingOf, createWebSocketError, WebSocketError };
