import assert from 'node:assert/strict';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('messages that are written without waiting arrive once each and in order', async (t) => {
  const { peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  const count = 20_000;
  const writes = Array.from({ length: count }, (_, i) => writer.write(`message ${i}`));
  for (let i = 0; i < count; i++) assert.equal(await peer.nextText(), `message ${i}`);
  await Promise.all(writes);
});

test('small and large, text and binary keep their order', async (t) => {
  const { peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  const sizes = [1, 200_000, 5, 0, 70_000, 3, 3, 1_000_000, 2, 65_535, 1];
  const writes = sizes.map((size, i) =>
    writer.write(i % 2 ? new Uint8Array(size).fill(i) : String.fromCharCode(97 + i).repeat(size)),
  );
  for (const [i, size] of sizes.entries()) {
    const bytes = i % 2 ? await peer.nextBinary() : Buffer.from(await peer.nextText());
    assert.equal(bytes.length, size, `message ${i}`);
    assert.ok(bytes.every((byte) => byte === (i % 2 ? i : 97 + i)));
  }
  await Promise.all(writes);
});

test('a message that is written in its own turn leaves without a further write', async (t) => {
  const { peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  for (let i = 0; i < 20; i++) {
    await writer.write(`turn ${i}`);
    assert.equal(await peer.nextText(), `turn ${i}`);
  }
});

test('messages that arrive in a burst are read once each and in order', async (t) => {
  const { peer, readable } = await openPair(t);
  const count = 20_000;
  for (let i = 0; i < count; i++) {
    if (i % 3) peer.sendText(`message ${i}`);
    else peer.sendBinary(Buffer.from(`message ${i}`));
  }
  const reader = readable.getReader();
  for (let i = 0; i < count; i++) {
    const { value } = await reader.read();
    const text = i % 3 ? value : Buffer.from(value).toString();
    assert.equal(text, `message ${i}`);
  }
});
