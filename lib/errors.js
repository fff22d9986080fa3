'use strict';

const { getSystemErrorName } = require('node:util');

const { createWebSocketError } = require('./websocket-error.js');

/** @typedef {import('../binding.js').ErrorRecord} ErrorRecord */

/**
 * Builds the error of a connection that failed: the one place where native records become
 * JavaScript errors.
 *
 * @param {object} failure
 * @param {ErrorRecord} failure.record
 * @param {string} failure.action what failed, for the message
 * @param {number} failure.closeCode
 * @param {string} failure.reason
 */
function connectionError({ record, action, closeCode, reason }) {
  const cause = causeOf(record);
  if (record.proxy) {
    cause.message = `${PROXY_FAILED}: ${cause.message}`;
    cause.code = PROXY_CODES.get(record.kind) ?? cause.code;
  }
  const error = createWebSocketError(`${action}: ${cause.message}`, { closeCode, reason });
  hide(error, 'cause', cause);
  if (record.response) {
    const { status, headers, body } = record.response;
    hide(error, 'response', Object.assign(toResponse(status, headers), { body }));
  }
  return error;
}

/**
 * The failure of a look-up, which may be the caller's own object, as one of the proxy.
 *
 * @param {Error} error
 */
function proxyError(error) {
  const blame = new Error(`${PROXY_FAILED}: ${error.message}`, { cause: error });
  return Object.assign(blame, error);
}

/**
 * An error that began on this side of the boundary, before there was a connection.
 *
 * @param {string} action
 * @param {Error} cause
 */
function localError(action, cause) {
  const error = createWebSocketError(`${action}: ${cause.message}`, {
    closeCode: ABNORMAL,
    reason: '',
  });
  hide(error, 'cause', cause);
  return error;
}

/**
 * The server's answer. Its headers become a `Headers` object when somebody looks: Node loads all of
 * fetch with that class.
 */
class Answer {
  /** What every answer has as a property of its own. With a getter for each, V8 would give each a hash table. */
  static #headers = {
    configurable: true,
    enumerable: true,
    /** @this {Answer} */
    get() {
      this.#made ??= toHeaders(this.#list);
      return this.#made;
    },
  };
  #list;
  /** @type {Headers | undefined} */
  #made;

  /**
   * @param {number} status
   * @param {string[]} list name and value in turn
   */
  constructor(status, list) {
    this.status = status;
    this.#list = list;
    Object.defineProperty(this, 'headers', Answer.#headers);
  }
}

/**
 * @param {number} status
 * @param {string[]} list name and value in turn
 * @returns {{ status: number, headers: Headers }}
 */
function toResponse(status, list) {
  return /** @type {any} */ (new Answer(status, list));
}

/**
 * @param {string[]} list
 * @returns {Headers}
 */
function toHeaders(list) {
  const headers = new Headers();
  for (let i = 0; i < list.length; i += 2) {
    try {
      headers.append(list[i], list[i + 1]);
    } catch {
      // Control characters in a value; the rest of the answer is still worth showing.
    }
  }
  return headers;
}

/**
 * @param {ErrorRecord} record
 * @returns {NodeJS.ErrnoException}
 */
function causeOf(record) {
  switch (record.kind) {
    case 'dial':
      return dialError(record.attempts ?? []);
    case 'io':
      return ioError(record);
    case 'tls':
      return Object.assign(new Error(record.message), { code: record.code });
    default:
      return Object.assign(new Error(record.message), { code: CODES.get(record.kind) });
  }
}

/**
 * @param {ErrorRecord} record
 * @returns {NodeJS.ErrnoException}
 */
function ioError({ errno = 0, message, path, syscall = 'read' }) {
  const error = systemError(syscall, errno, message, path);
  return path ? Object.assign(error, { address: path }) : error;
}

/**
 * One error per address, as `net.connect` has them.
 *
 * @param {import('../binding.js').AttemptRecord[]} attempts
 * @returns {NodeJS.ErrnoException}
 */
function dialError(attempts) {
  const errors = attempts.map(({ address, port, errno, message, unavailable }) => {
    if (unavailable) {
      const error = systemError('bind', errno, message, unavailable);
      return Object.assign(error, { address: unavailable });
    }
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    return Object.assign(systemError('connect', errno, message, place), { address, port });
  });
  if (errors.length === 1) return errors[0];
  const messages = errors.map((error) => error.message).join('; ');
  return Object.assign(new AggregateError(errors, messages), { code: errors[0]?.code });
}

/**
 * @param {string} syscall
 * @param {number} errno positive
 * @param {string} message used when the number is unknown
 * @param {string} [place]
 * @returns {NodeJS.ErrnoException}
 */
function systemError(syscall, errno, message, place = '') {
  const code = nameOf(errno);
  const text = code ? `${syscall} ${code} ${place}`.trimEnd() : message;
  return Object.assign(new Error(text), { errno: -errno, code: code ?? 'EIO', syscall });
}

/**
 * @param {number} errno
 * @returns {string | undefined}
 */
function nameOf(errno) {
  if (!(errno > 0)) return undefined;
  const name = getSystemErrorName(-errno);
  return name.startsWith('E') ? name : undefined;
}

/**
 * Like the `cause` of any error: there, but not enumerated.
 *
 * @param {object} error
 * @param {string} name
 * @param {unknown} value
 */
function hide(error, name, value) {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

/** The close code of a connection without a Close frame. */
const ABNORMAL = 1006;

const PROXY_FAILED = 'the proxy failed';

/** What a server has other codes for. */
const PROXY_CODES = new Map([
  ['handshake', 'ERR_WEBSOCKET_PROXY'],
  ['refused', 'ERR_WEBSOCKET_PROXY_REFUSED'],
]);

/** `cause.code` for what has no code in Node. */
const CODES = new Map([
  ['close-timeout', 'ERR_WEBSOCKET_CLOSE_TIMEOUT'],
  ['end-of-handshake', 'ECONNRESET'],
  ['end-of-stream', 'ECONNRESET'],
  ['handshake', 'ERR_WEBSOCKET_HANDSHAKE'],
  ['handshake-timeout', 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT'],
  ['heartbeat-timeout', 'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT'],
  ['http2', 'ERR_WEBSOCKET_HTTP2'],
  ['internal', 'ERR_WEBSOCKET_INTERNAL'],
  ['no-http2', 'ERR_WEBSOCKET_NO_HTTP2'],
  ['protocol', 'ERR_WEBSOCKET_PROTOCOL'],
  ['redirect', 'ERR_WEBSOCKET_REDIRECT'],
  ['refused', 'ERR_WEBSOCKET_REFUSED'],
  ['terminated', 'ERR_WEBSOCKET_TERMINATED'],
  ['unsent-data', 'ERR_WEBSOCKET_UNSENT_DATA'],
]);

module.exports = { ABNORMAL, connectionError, localError, proxyError, toResponse };
