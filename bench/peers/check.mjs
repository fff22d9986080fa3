// Checks what arrives. Every message: size, and the byte that holds the end of its number. Every sixteenth: the whole content.

import { Buffer } from 'node:buffer';
import { messages } from './messages.mjs';

const SAMPLE_MASK = 15;

/**
 * A function that takes messages in their order and throws at one that is not what was sent.
 *
 * @param {import('./specification.mjs').Specification} specification
 * @returns {(data: string | Uint8Array | ArrayBuffer, number: number) => void}
 */
export function checker({ kind, size }) {
  const ring = messages(kind, size);
  const mask = ring.length - 1;
  return kind === 'binary' ? binaryChecker(ring, mask, size) : textChecker(ring, mask);
}

function textChecker(ring, mask) {
  return (data, number) => {
    const index = number & mask;
    const isWhole = data.length === ring[index].length;
    if (!isWhole || data.charCodeAt(6) !== 48 + (index % 10)) wrong(data, number);
    if ((number & SAMPLE_MASK) === 0 && data !== ring[index]) wrong(data, number);
  };
}

function binaryChecker(ring, mask, size) {
  return (data, number) => {
    const index = number & mask;
    if (data.byteLength !== size) wrong(data, number);
    if (!(data instanceof ArrayBuffer) && data[0] !== (index & 255)) wrong(data, number);
    if ((number & SAMPLE_MASK) === 0 && !same(data, ring[index])) wrong(data, number);
  };
}

function same(data, expected) {
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  return Buffer.compare(bytes, expected) === 0;
}

function wrong(data, number) {
  const start = typeof data === 'string' ? data.slice(0, 40) : Buffer.from(data).subarray(0, 16);
  throw new Error(`message ${number} is not what was sent, or not in its place: ${start}`);
}
