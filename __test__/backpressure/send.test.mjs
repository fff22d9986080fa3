import assert from 'node:assert/strict';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { untilSteady } from '../helpers/until.mjs';

const MIB = 1024 * 1024;

for (const size of [100, 16 * 1024, 300_000]) {
  test(`a writer of ${size} bytes each is blocked by a peer that does not read`, async (t) => {
    const { peer, writable } = await openPair(t, { server: { paused: true } });
    const writer = writable.getWriter();
    const limit = kernelBufferBytes() + MIB + 2 * size;
    let written = 0;
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        await writer.ready;
        const bytes = Buffer.alloc(size);
        bytes.writeUInt32LE(written);
        writer.write(bytes);
        written += 1;
        assert.ok(written * size < limit, `${written} messages written`);
      }
    })();
    await untilSteady(() => written, 'the number of written messages', { quiet: 700 });
    assert.ok(writer.desiredSize <= 0, `desiredSize ${writer.desiredSize}`);
    assert.equal(await state(writer.ready), 'pending');

    stop = true;
    const blockedAt = written;
    peer.resume();
    for (let i = 0; i < blockedAt; i++) {
      const bytes = await peer.nextBinary();
      assert.equal(bytes.length, size);
      assert.equal(bytes.readUInt32LE(0), i);
    }
    await writing;
    await writer.ready;
  });
}

test('a write that waits for room fulfils when the peer reads', async (t) => {
  const { peer, writable } = await openPair(t, { server: { paused: true } });
  const writer = writable.getWriter();
  const large = new Uint8Array(kernelBufferBytes() + 4 * MIB);
  const write = writer.write(large);
  await untilSteady(() => peer.bytesRead, 'the peer');
  assert.equal(await state(write), 'pending');
  peer.resume();
  await write;
  assert.equal((await peer.nextBinary()).length, large.length);
});

test('reading goes on while writing is blocked', async (t) => {
  const { peer, readable, writable } = await openPair(t, { server: { paused: true } });
  const writer = writable.getWriter();
  const write = writer.write(new Uint8Array(kernelBufferBytes() + 4 * MIB));
  write.catch(() => {});
  const reader = readable.getReader();
  for (let i = 0; i < 1000; i++) peer.sendText(`${i}`);
  for (let i = 0; i < 1000; i++) assert.equal((await reader.read()).value, `${i}`);
  assert.equal(await state(write), 'pending');
});

test('writing goes on while nothing is read', async (t) => {
  const { peer, writable } = await openPair(t);
  const total = kernelBufferBytes() + 4 * MIB;
  for (let sent = 0; sent < total; sent += MIB) peer.sendBinary(Buffer.alloc(MIB));
  await untilSteady(() => peer.accepted, 'what the kernel accepts', { quiet: 500 });
  const writer = writable.getWriter();
  for (let i = 0; i < 1000; i++) await writer.write(`${i}`);
  for (let i = 0; i < 1000; i++) assert.equal(await peer.nextText(), `${i}`);
});

test('a small sendBuffer still lets messages pass that are larger than it', async (t) => {
  const { peer, writable } = await openPair(t, { client: { sendBuffer: 1024 } });
  const writer = writable.getWriter();
  const writes = Array.from({ length: 20 }, (_, i) =>
    writer.write(new Uint8Array(100_000).fill(i)),
  );
  for (let i = 0; i < 20; i++) {
    const bytes = await peer.nextBinary();
    assert.equal(bytes.length, 100_000);
    assert.equal(bytes[0], i);
  }
  await Promise.all(writes);
});
