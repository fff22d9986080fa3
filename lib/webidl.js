'use strict';

// The conversions of Web IDL that the two interfaces need (https://webidl.spec.whatwg.org/#js-type-mapping).
// Each throws the TypeError that a browser throws, with a message that names the value.

const { types } = require('node:util');

/**
 * @param {unknown} value
 * @returns {string} scalar values only: lone surrogates become U+FFFD
 */
function toUSVString(value) {
  return toDOMString(value).toWellFormed();
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function toDOMString(value) {
  // A symbol throws here, as it must; String(value) would not.
  return `${value}`;
}

/**
 * `[EnforceRange] unsigned short`: fractions are cut off, anything else out of range is refused.
 *
 * @param {unknown} value
 * @param {string} name for the message
 * @returns {number}
 */
function toUnsignedShort(value, name) {
  // Number() would accept a bigint; the unary plus refuses it, as Web IDL does.
  const number = +(/** @type {number} */ (value));
  const integer = Math.trunc(number);
  if (!Number.isFinite(number) || integer < 0 || integer > 65535) {
    throw new TypeError(`${name} must be an integer from 0 to 65535, not ${show(value)}`);
  }
  // Without the sum, -0.5 would become -0.
  return integer + 0;
}

/**
 * A dictionary: any object, or nothing.
 *
 * @param {unknown} value
 * @param {string} name for the message
 * @returns {Record<string, unknown>}
 */
function toDictionary(value, name) {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function') {
    throw new TypeError(`${name} must be an object, not ${show(value)}`);
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * `sequence<USVString>`: any iterable object. A string is none.
 *
 * @param {unknown} value
 * @param {string} name for the message
 * @returns {string[]}
 */
function toUSVStringSequence(value, name) {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const method = isObject ? /** @type {Iterable<unknown>} */ (value)[Symbol.iterator] : undefined;
  if (typeof method !== 'function') {
    throw new TypeError(`${name} must be an array or another iterable, not ${show(value)}`);
  }
  const iterator = method.call(value);
  // Looked up once, as the language does.
  const { next } = iterator;
  const sequence = [];
  for (;;) {
    const result = next.call(iterator);
    // A number has neither `done` nor an end.
    if (Object(result) !== result) {
      throw new TypeError(`the iterator of ${name} gave ${show(result)} in place of a result`);
    }
    const { done, value: item } = result;
    if (done) return sequence;
    if (typeof item === 'symbol') {
      throw new TypeError(`${name} must consist of strings, not ${show(item)}`);
    }
    sequence.push(toUSVString(item));
  }
}

/**
 * The bytes of a BufferSource, as a view; `undefined` for anything else.
 *
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
function viewOfBufferSource(value) {
  if (ArrayBuffer.isView(value)) {
    const slots = types.isTypedArray(value) ? TYPED_ARRAY : DATA_VIEW;
    const buffer = slots.buffer(value);
    checkBuffer(buffer);
    const byteLength = slots.byteLength(value);
    // Nothing is left of a view whose buffer was transferred.
    return byteLength === 0 ? EMPTY : new Uint8Array(buffer, slots.byteOffset(value), byteLength);
  }
  // Shared memory itself is no BufferSource, so it is text like any other object.
  if (types.isArrayBuffer(value)) {
    checkBuffer(value);
    return ARRAY_BUFFER.byteLength(value) === 0 ? EMPTY : new Uint8Array(value);
  }
  return undefined;
}

/**
 * Without `[AllowShared]` and `[AllowResizable]`, such memory is refused.
 *
 * @param {ArrayBufferLike} buffer
 */
function checkBuffer(buffer) {
  if (types.isSharedArrayBuffer(buffer)) {
    throw new TypeError('shared memory cannot be sent: copy it with slice() first');
  }
  if (ARRAY_BUFFER.resizable(buffer)) {
    throw new TypeError('a resizable ArrayBuffer cannot be sent: copy it with slice() first');
  }
}

/**
 * @param {unknown} value
 * @returns {string} the value, short, for a message
 */
function show(value) {
  if (typeof value === 'string') {
    // What is long may be a key in the wrong place, which no log should have.
    const short = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
    return JSON.stringify(short);
  }
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

/**
 * Web IDL reads what an object is, not what its properties say: a class may have getters of its own.
 *
 * @param {object} prototype
 * @returns {Record<string, (object: unknown) => any>} by the name of the property
 */
function slotsOf(prototype) {
  const slots = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([, { get }]) => get)
    .map(([name, { get }]) => [name, Function.prototype.call.bind(/** @type {any} */ (get))]);
  return Object.fromEntries(slots);
}

const ARRAY_BUFFER = slotsOf(ArrayBuffer.prototype);
const DATA_VIEW = slotsOf(DataView.prototype);
const TYPED_ARRAY = slotsOf(Object.getPrototypeOf(Uint8Array.prototype));

const EMPTY = new Uint8Array(0);

/** Enough to find a value again, and less than the armour of a key. */
const MAX_SHOWN = 60;

module.exports = {
  show,
  toDictionary,
  toDOMString,
  toUnsignedShort,
  toUSVString,
  toUSVStringSequence,
  viewOfBufferSource,
};
