import assert from 'node:assert/strict';
import { OPCODE } from '../helpers/frame.mjs';
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
