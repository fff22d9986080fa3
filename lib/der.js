'use strict';

/** One element of DER: a tag and its contents. */
class Element {
  /**
   * @param {number} tag
   * @param {Buffer} bytes the contents
   * @param {Buffer} der tag, length and contents
   */
  constructor(tag, bytes, der) {
    this.tag = tag;
    this.bytes = bytes;
    this.der = der;
  }

  isSequence() {
    return this.tag === 0x30;
  }

  /** @returns {Element[]} */
  children() {
    const list = [];
    for (let at = 0; at < this.bytes.length; at += list[list.length - 1].der.length) {
      list.push(decode(this.bytes.subarray(at)));
    }
    return list;
  }

  /** @returns {number} */
  integer() {
    return this.bytes.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** @returns {string} the object identifier with dots */
  oid() {
    const arcs = [];
    let value = 0;
    for (const byte of this.bytes) {
      value = value * 128 + (byte & 0x7f);
      if (byte & 0x80) continue;
      arcs.push(value);
      value = 0;
    }
    const [first, ...rest] = arcs;
    const root = Math.min(Math.floor(first / 40), 2);
    return [root, first - root * 40, ...rest].join('.');
  }
}

/**
 * The element at the beginning of `bytes`.
 *
 * @param {Buffer} bytes
 * @returns {Element}
 */
function decode(bytes) {
  if (bytes.length < 2) throw new Error('it is cut off');
  let start = 2;
  let length = bytes[1];
  if (length === 0x80) throw new Error('it is BER with indefinite lengths, which is not supported');
  if (length > 0x80) {
    start += length & 0x7f;
    length = bytes.subarray(2, start).reduce((value, byte) => value * 256 + byte, 0);
  }
  const end = start + length;
  if (end > bytes.length) throw new Error('it is cut off');
  return new Element(bytes[0], bytes.subarray(start, end), bytes.subarray(0, end));
}

module.exports = { decode, Element };
