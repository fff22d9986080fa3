// A peer that is faster than the reader: the reader's thread then reads the socket itself.

import assert from 'node:assert/strict';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { untilSteady } from '../helpers/until.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes that are taken in different ways, in an order that mixes them. */
const SIZES = [16 * KIB, 3 * KIB, 300_000, 16 * KIB, 40_000, 0, 70_000, 8 * KIB, 1_200_000];

for (const sharedBuffers of [false, true]) {
  const how = sharedBuffers ? 'views of shared memory' : 'chunks of their own';
  test(`a flood of messages of all sizes arrives unaltered and in order, as ${how}`, async (t) => {
    const { peer, readable } = await openPair(t, { client: { sharedBuffers } });
    const count = 300;
    // Not awaited: the peer is always ahead.
    for (let i = 0; i < count; i++) {
      if (i % 2 === 0) peer.sendBinary(bytesOf(i));
      else peer.sendText(textOf(i));
      if (i % 50 === 0) peer.ping(Buffer.from([i % 256]));
    }
    let i = 0;
    for await (const chunk of readable) {
      if (i % 2 === 0) assert.ok(bytesOf(i).equals(chunk), `message ${i} is another`);
      else assert.ok(chunk === textOf(i), `message ${i} is another`);
      if (!sharedBuffers && i % 2 === 0) assert.equal(chunk.buffer.byteLength, chunk.byteLength);
      if (++i === count) break;
    }
  });
}

test('a flood over TLS arrives unaltered and in order', async (t) => {
  const authority = await Authority.create();
  const server = { tls: await authority.issue() };
  const client = { tls: { ca: authority.pem } };
  const { peer, readable } = await openPair(t, { server, client });
  const count = 300;
  for (let i = 0; i < count; i++) peer.sendBinary(bytesOf(i));
  let i = 0;
  for await (const chunk of readable) {
    assert.ok(bytesOf(i).equals(chunk), `message ${i} is another`);
    if (++i === count) break;
  }
});

test('a reader that always finds messages lets the event loop turn', async (t) => {
  const { peer, readable } = await openPair(t);
  for (let i = 0; i < 4000; i++) peer.sendBinary(Buffer.alloc(16 * KIB, i));
  // What the kernel holds is there at once, however long the reader reads on.
  await untilSteady(() => peer.accepted, 'what the kernel accepts');
  let since = 0;
  let most = 0;
  let going = true;
  const turn = () => {
    most = Math.max(most, since);
    since = 0;
    if (going) setImmediate(turn);
  };
  turn();
  const reader = readable.getReader();
  for (let i = 0; i < 4000; i++) {
    const { value } = await reader.read();
    assert.equal(value[0], i % 256);
    since += value.length;
  }
  going = false;
  assert.ok(most > 0 && most <= 2 * MIB, `${most} bytes without a turn`);
});

test('pings are answered while the reader is busy with a part of a flood', async (t) => {
  const { peer, readable, wss } = await openPair(t);
  for (let i = 0; i < 200; i++) peer.sendBinary(Buffer.alloc(16 * KIB, i));
  peer.ping(Buffer.from('alive?'));
  const reader = readable.getReader();
  for (let i = 0; i < 190; i++) await reader.read();
  // Nobody reads the rest, which has room.
  const { opcode, payload } = await peer.next();
  assert.deepEqual([opcode, `${payload}`], [10, 'alive?']);
  for (let i = 190; i < 200; i++) assert.equal((await reader.read()).value[0], i);
  assert.equal(wss.stats.messagesReceived, 200);
});

/** @param {number} i */
function bytesOf(i) {
  return Buffer.alloc(SIZES[i % SIZES.length], `message ${i} `);
}

/** @param {number} i */
function textOf(i) {
  const size = Math.min(SIZES[i % SIZES.length], 40_000);
  return `nachricht ${i} ä `.repeat(Math.ceil(size / 14));
}
