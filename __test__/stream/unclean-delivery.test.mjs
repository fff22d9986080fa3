import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('closed rejects at once when the end is unclean, although messages are unread', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  for (let i = 0; i < 1000; i++) peer.sendText(`${i}`);
  peer.end();
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1006 });
  const reader = readable.getReader();
  for (let i = 0; i < 1000; i++) {
    assert.deepEqual(await reader.read(), { value: `${i}`, done: false });
  }
  assert.equal(await rejection(reader.read()), error);
});

test('a readable that is being read delivers everything before an unclean end', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  const count = 5000;
  for (let i = 0; i < count; i++) peer.sendText(`${i}`.padEnd(400));
  peer.end();
  const seen = [];
  const error = await rejection(
    (async () => {
      for await (const text of readable) seen.push(Number(text));
    })(),
  );
  assert.equal(await rejection(wss.closed), error);
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, i) => i),
  );
});

test('large binary messages are delivered whole before an unclean end', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  const sizes = [1, 100_000, 64, 1_000_000, 3];
  for (const size of sizes) peer.sendBinary(Buffer.alloc(size, 7));
  peer.end();
  const reader = readable.getReader();
  for (const size of sizes) assert.equal((await reader.read()).value.length, size);
  const error = await rejection(reader.read());
  assert.equal(await rejection(wss.closed), error);
});

test('messages that came before a reset are delivered once they were received', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  const reader = readable.getReader();
  for (let i = 0; i < 100; i++) peer.sendText(`${i}`);
  // The pong proves that the client has all that was sent before the ping.
  peer.ping();
  await peer.next();
  peer.reset();
  const error = await rejection(wss.closed);
  for (let i = 0; i < 100; i++) assert.equal((await reader.read()).value, `${i}`);
  assert.equal(await rejection(reader.read()), error);
});

test('a client that writes gets what was sent before a reset', async (t) => {
  for (let round = 0; round < 20; round++) {
    const { wss, peer, readable, writable } = await openPair(t);
    const writer = writable.getWriter();
    let isOpen = true;
    writer.closed.catch(() => {
      isOpen = false;
    });
    const write = () => {
      for (let i = 0; isOpen && i < 5; i++) writer.write(new Uint8Array(100)).catch(() => {});
      if (isOpen) setImmediate(write);
    };
    write();
    await peer.next();
    const messages = Array.from({ length: 50 }, (_, i) => `${i}`);
    // In one packet: what the server's system has not sent yet is gone with a reset.
    const frames = messages.map((payload) => encodeFrame({ opcode: OPCODE.text, payload }));
    await peer.sendRaw(Buffer.concat(frames));
    peer.reset();
    const seen = [];
    const error = await rejection(
      (async () => {
        for await (const text of readable) seen.push(text);
      })(),
    );
    assert.deepEqual(seen, messages);
    assert.equal(await rejection(wss.closed), error);
  }
});

test('a readable that is cancelled after an unclean end is done', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  for (let i = 0; i < 100; i++) peer.sendText(`${i}`);
  peer.end();
  await rejection(wss.closed);
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, '0');
  await reader.cancel();
  assert.equal((await reader.read()).done, true);
});
