import assert from 'node:assert/strict';
import { OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('a ping flood with a reading peer is answered', async (t) => {
  const { peer, readable } = await openPair(t);
  for (let i = 0; i < 2000; i++) peer.ping(`${i}`);
  peer.sendText('behind');
  assert.equal((await readable.getReader().read()).value, 'behind');
  // A client may answer only the newest of several pings, but that one it must.
  for await (const frame of peer) {
    assert.equal(frame.opcode, OPCODE.pong);
    if (frame.payload.toString() === '1999') return;
  }
  assert.fail('the last ping was not answered');
});
