import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

for (const payload of ['', 'x', Buffer.alloc(125, 0xff)]) {
  test(`a ping with ${payload.length} bytes is answered although nobody reads`, async (t) => {
    const { peer } = await openPair(t);
    peer.ping(payload);
    const pong = await peer.next();
    assert.equal(pong.opcode, OPCODE.pong);
    assert.deepEqual(pong.payload, Buffer.from(payload));
  });
}

test('pongs that nobody asked for are ignored', async (t) => {
  const { peer, readable } = await openPair(t);
  peer.sendFrame({ opcode: OPCODE.pong, payload: 'unasked' });
  peer.sendText('after');
  const { value } = await readable.getReader().read();
  assert.equal(value, 'after');
});

test('a ping in the packet of the answer is answered', async (t) => {
  const answer = { body: encodeFrame({ opcode: OPCODE.ping, payload: 'early' }) };
  const { peer } = await openPair(t, { server: { answer } });
  const pong = await peer.next();
  assert.equal(pong.opcode, OPCODE.pong);
  assert.equal(pong.payload.toString(), 'early');
});

test('a ping behind more data than is received at once is answered when that was read', async (t) => {
  const { peer, readable } = await openPair(t);
  const reader = readable.getReader();
  const size = 1024 * 1024;
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 5; i++) peer.sendBinary(Buffer.alloc(size));
    peer.ping(`round ${round}`);
    for (let i = 0; i < 5; i++) assert.equal((await reader.read()).value.length, size);
    const pong = await peer.next();
    assert.equal(pong.payload.toString(), `round ${round}`);
  }
});
