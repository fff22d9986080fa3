import assert from 'node:assert/strict';
import { OPCODE } from '../helpers/frame.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const { text, binary, continuation } = OPCODE;
const MIB = 1024 * 1024;

async function refusedWith1009(pair) {
  assert.equal((await pair.peer.untilClose()).code, 1009);
  const error = await rejection(pair.wss.closed);
  assertWebSocketError(error, { closeCode: 1009 });
  assert.equal(await rejection(pair.readable.getReader().read()), error);
}

for (const opcode of [text, binary]) {
  const kind = opcode === text ? 'text' : 'binary';

  test(`a ${kind} message of exactly maxMessageSize is delivered`, async (t) => {
    const { peer, readable } = await openPair(t, { client: { maxMessageSize: 1000 } });
    peer.sendFrame({ opcode, payload: 'x'.repeat(1000) });
    assert.equal((await readable.getReader().read()).value.length, 1000);
  });

  test(`a ${kind} message of one byte more than maxMessageSize ends with 1009`, async (t) => {
    const pair = await openPair(t, { client: { maxMessageSize: 1000 } });
    pair.peer.sendFrame({ opcode, payload: 'x'.repeat(1001) });
    await refusedWith1009(pair);
  });

  test(`fragments of a ${kind} message that are too long together end with 1009`, async (t) => {
    const pair = await openPair(t, { client: { maxMessageSize: 1000 } });
    pair.peer.sendFrame({ opcode, fin: false, payload: 'x'.repeat(600) });
    pair.peer.sendFrame({ opcode: continuation, payload: 'x'.repeat(401) });
    await refusedWith1009(pair);
  });
}

test('maxMessageSize: an announced length over it ends with 1009 before the payload comes', async (t) => {
  const pair = await openPair(t, { client: { maxMessageSize: 1000 } });
  pair.peer.sendFrame({ opcode: binary, length: 2n ** 40n });
  await refusedWith1009(pair);
});

test('without an option the limit is 64 MiB', async (t) => {
  const pair = await openPair(t);
  pair.peer.sendFrame({ opcode: binary, length: 64 * MIB + 1 });
  await refusedWith1009(pair);
});

test('as many fragments as maxFragments are delivered as one message', async (t) => {
  const { peer, readable } = await openPair(t, { client: { maxFragments: 10 } });
  peer.sendFrame({ opcode: text, fin: false, payload: 'x' });
  for (let i = 0; i < 9; i++) peer.sendFrame({ opcode: continuation, fin: i === 8, payload: 'x' });
  assert.equal((await readable.getReader().read()).value, 'x'.repeat(10));
});

test('more fragments than maxFragments end with 1009', async (t) => {
  const pair = await openPair(t, { client: { maxFragments: 10 } });
  pair.peer.sendFrame({ opcode: text, fin: false, payload: 'x' });
  for (let i = 0; i < 10; i++) pair.peer.sendFrame({ opcode: continuation, fin: i === 9 });
  await refusedWith1009(pair);
});

test('maxFragments counts each message for itself', async (t) => {
  const { peer, readable } = await openPair(t, { client: { maxFragments: 2 } });
  const reader = readable.getReader();
  for (let i = 0; i < 20; i++) {
    peer.sendFrame({ opcode: text, fin: false, payload: 'a' });
    peer.ping();
    peer.sendFrame({ opcode: continuation, payload: 'b' });
    assert.equal((await reader.read()).value, 'ab');
  }
});

test('without an option empty fragments without end are ended with 1009', async (t) => {
  const pair = await openPair(t);
  pair.peer.sendFrame({ opcode: text, fin: false });
  for (let i = 0; i < 16_384; i++) pair.peer.sendFrame({ opcode: continuation, fin: false });
  await refusedWith1009(pair);
});
