import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const client = { sharedBuffers: true };

test('sharedBuffers delivers binary messages of one packet as views of one buffer', async (t) => {
  const { peer, readable } = await openPair(t, { client });
  const messages = Array.from({ length: 100 }, (_, i) => Buffer.alloc(i, i));
  peer.sendRaw(Buffer.concat(messages.map(binaryFrame)));
  const reader = readable.getReader();
  const chunks = [];
  for (const message of messages) {
    const { value } = await reader.read();
    assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
    assert.deepEqual(Buffer.from(value), message);
    chunks.push(value);
  }
  assert.ok(new Set(chunks.map(({ buffer }) => buffer)).size < messages.length);
});

test('with sharedBuffers no chunk changes when later ones come', async (t) => {
  const { peer, readable } = await openPair(t, { client });
  const messages = Array.from({ length: 1000 }, () =>
    randomBytes(1 + (randomBytes(2).readUInt16LE() >> 2)),
  );
  messages.forEach((message) => peer.sendBinary(message));
  const reader = readable.getReader();
  const chunks = [];
  while (chunks.length < messages.length) chunks.push((await reader.read()).value);
  messages.forEach((message, i) => assert.ok(message.equals(chunks[i]), `message ${i}`));
});

test('with sharedBuffers text and large messages come as without', async (t) => {
  const { peer, readable } = await openPair(t, { client });
  const large = randomBytes(300_000);
  peer.sendText('text');
  peer.sendBinary(large);
  peer.sendText('Grüße');
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'text');
  const { value } = await reader.read();
  assert.ok(large.equals(value));
  assert.equal(value.buffer.byteLength, large.length);
  assert.equal((await reader.read()).value, 'Grüße');
});

/** @param {Buffer} payload */
function binaryFrame(payload) {
  return encodeFrame({ opcode: OPCODE.binary, payload });
}
