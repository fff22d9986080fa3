// A reader that has begun with a large message may have all of it just when nobody wants it any more.

import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

/** Which of the two threads is first differs from one time to the next. */
const TIMES = 60;

for (const [kind, opcode] of [
  ['binary message', OPCODE.binary],
  ['text', OPCODE.text],
]) {
  test(`cancelling in the middle of a large ${kind} is the end of it`, async (t) => {
    // An event of the socket belongs to no test, and so does what it throws.
    const faults = [];
    const onFault = (error) => faults.push(error);
    process.on('uncaughtException', onFault);
    t.after(() => process.off('uncaughtException', onFault));
    const frame = encodeFrame({ opcode, payload: Buffer.alloc(300_000, 'a') });
    for (let i = 0; i < TIMES; i++) {
      const { peer, readable, wss } = await openPair(t);
      const reader = readable.getReader();
      // A reader with whom the peer keeps up reads the socket itself.
      const flood = peer.sendRaw(
        Buffer.concat([...Array(20).fill(frame), frame.subarray(0, 9000)]),
      );
      for (let read = 0; read < 20; read++) await reader.read();
      await flood;
      reader.read();
      await turn();
      peer.sendRaw(frame.subarray(9000));
      await reader.cancel();
      await peer.answerClose();
      await wss.closed;
    }
    assert.deepEqual(faults, []);
  });
}

/** What has come is read meanwhile. */
async function turn() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
