import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const SIZES = [
  0,
  1,
  64,
  125,
  126,
  4096,
  16384,
  65535,
  65536,
  300_000,
  1024 * 1024,
  5 * 1024 * 1024,
];

for (const size of SIZES) {
  test(`a binary message of ${size} bytes arrives as a Uint8Array that owns its buffer`, async (t) => {
    const { peer, readable } = await openPair(t);
    const sent = randomBytes(size);
    peer.sendBinary(sent);
    const { value } = await readable.getReader().read();
    assertOwned(value, size);
    assert.ok(sent.equals(value), 'the content is the same');
  });
}

test('small binary messages of one packet do not share a buffer', async (t) => {
  const { peer, readable } = await openPair(t);
  const messages = Array.from({ length: 100 }, (_, i) => Buffer.alloc(i, i));
  const frames = messages.map((payload) => encodeFrame({ opcode: OPCODE.binary, payload }));
  peer.sendRaw(Buffer.concat(frames));
  const reader = readable.getReader();
  const buffers = new Set();
  for (const message of messages) {
    const { value } = await reader.read();
    assertOwned(value, message.length);
    assert.deepEqual(Buffer.from(value), message);
    buffers.add(value.buffer);
    value.fill(255);
  }
  assert.equal(buffers.size, messages.length);
});

for (const size of [64, 100_000, 1024 * 1024]) {
  test(`the buffer of a binary chunk of ${size} bytes can be transferred`, async (t) => {
    const { peer, readable } = await openPair(t);
    const sent = randomBytes(size);
    peer.sendBinary(sent);
    const { value } = await readable.getReader().read();
    const moved = structuredClone(value.buffer, { transfer: [value.buffer] });
    assert.equal(value.byteLength, 0);
    assert.ok(sent.equals(new Uint8Array(moved)));
  });
}

test('a binary chunk can be written to', async (t) => {
  const { peer, readable } = await openPair(t);
  peer.sendBinary(Buffer.alloc(100_000, 1));
  const { value } = await readable.getReader().read();
  value.fill(2);
  assert.ok(value.every((byte) => byte === 2));
});

function assertOwned(value, size) {
  assert.equal(value.constructor, Uint8Array);
  assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
  assert.equal(value.byteLength, size);
  assert.equal(value.byteOffset, 0);
  assert.equal(value.buffer.constructor, ArrayBuffer);
  assert.equal(value.buffer.byteLength, size);
}
