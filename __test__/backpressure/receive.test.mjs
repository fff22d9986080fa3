import assert from 'node:assert/strict';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { until, untilSteady } from '../helpers/until.mjs';

const MESSAGE_BYTES = 64 * 1024;
const MIB = 1024 * 1024;
const COUNT = Math.ceil((kernelBufferBytes() + 16 * MIB) / MESSAGE_BYTES);

test('a reader that reads nothing blocks the server, and later reads all in order', async (t) => {
  const { peer, readable } = await openPair(t);
  for (let i = 0; i < COUNT; i++) peer.sendBinary(message(i));
  const accepted = await untilSteady(() => peer.accepted, 'what the kernel accepts', {
    quiet: 700,
  });
  assert.ok(accepted < kernelBufferBytes() + MIB, `${accepted} bytes accepted`);

  const reader = readable.getReader();
  for (let i = 0; i < COUNT; i++) {
    const { value } = await reader.read();
    assert.equal(value.length, MESSAGE_BYTES);
    assert.equal(Buffer.from(value.buffer).readUInt32LE(0), i);
  }
});

test('a reader that stops after a while blocks the server again', async (t) => {
  const { peer, readable } = await openPair(t);
  for (let i = 0; i < COUNT * 2; i++) peer.sendBinary(message(i));
  const reader = readable.getReader();
  for (let i = 0; i < COUNT; i++) await reader.read();
  const read = COUNT * MESSAGE_BYTES;
  const accepted = await untilSteady(() => peer.accepted, 'what the kernel accepts', {
    quiet: 700,
  });
  assert.ok(accepted - read < kernelBufferBytes() + MIB, `${accepted - read} bytes accepted`);
});

test('the server stays blocked until the client reads: one empty message, then 16 large ones', async (t) => {
  const { peer, readable } = await openPair(t);
  const size = Math.ceil((kernelBufferBytes() + 4 * MIB) / 16);
  let blocked = true;
  peer.sendText('');
  for (let i = 0; i < 16; i++) {
    const sent = peer.sendBinary(Buffer.alloc(size, i));
    if (i === 15) sent.then(() => (blocked = false));
  }
  await untilSteady(() => peer.accepted, 'what the kernel accepts', { quiet: 700 });
  assert.equal(blocked, true);
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, '');
  for (let i = 0; i < 16; i++) {
    const { value } = await reader.read();
    assert.equal(value.length, size);
    assert.equal(value[size - 1], i);
  }
  await until(() => !blocked, 'the server has sent everything');
});

test('a small receiveBuffer still lets messages pass that are larger than it', async (t) => {
  const { peer, readable } = await openPair(t, { client: { receiveBuffer: 1024 } });
  const reader = readable.getReader();
  for (let i = 0; i < 20; i++) peer.sendBinary(Buffer.alloc(100_000, i));
  for (let i = 0; i < 20; i++) {
    const { value } = await reader.read();
    assert.equal(value.length, 100_000);
    assert.equal(value[0], i);
  }
});

test('empty messages feel the backpressure too', async (t) => {
  const { peer, readable } = await openPair(t);
  const frames = Buffer.alloc(2 * 4_000_000);
  for (let i = 0; i < frames.length; i += 2) frames[i] = 0x82;
  const total = kernelBufferBytes() + 16 * MIB;
  const rounds = Math.ceil(total / frames.length);
  for (let i = 0; i < rounds; i++) peer.sendRaw(frames);
  const accepted = await untilSteady(() => peer.accepted, 'what the kernel accepts', {
    quiet: 700,
  });
  assert.ok(accepted < kernelBufferBytes() + MIB, `${accepted} bytes accepted`);
  const reader = readable.getReader();
  for (let i = 0; i < 10_000; i++) assert.equal((await reader.read()).value.length, 0);
});

function message(index) {
  const bytes = Buffer.alloc(MESSAGE_BYTES);
  bytes.writeUInt32LE(index);
  return bytes;
}
