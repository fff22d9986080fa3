import assert from 'node:assert/strict';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';

const closers = [
  ['close()', ({ wss }) => wss.close()],
  ['readable.cancel()', ({ readable }) => readable.cancel()],
  ['writable.close()', ({ writable }) => writable.close()],
  ['writable.abort()', ({ writable }) => writable.abort()],
];

for (const [title, close] of closers) {
  test(`${title} settles closed with thousands of unread messages before the answer`, async (t) => {
    const pair = await openPair(t);
    const { peer, wss } = pair;
    for (let i = 0; i < 8000; i++) peer.sendBinary(Buffer.alloc(1024, i));
    close(pair);
    assert.deepEqual(await peer.untilClose(), { code: undefined, reason: '' });
    peer.sendClose();
    peer.end();
    const info = await within(wss.closed, 'closed settles');
    assert.deepEqual(info, { closeCode: 1005, reason: '' });
  });
}

test('close() settles closed when one huge message is half received', async (t) => {
  const { peer, wss } = await openPair(t);
  peer.sendBinary(Buffer.alloc(20 * 1024 * 1024));
  wss.close();
  await peer.answerClose();
  assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
});

test('close() settles closed although a reader has stopped in the middle', async (t) => {
  const { peer, wss, readable } = await openPair(t);
  for (let i = 0; i < 8000; i++) peer.sendText('x'.repeat(1024));
  const reader = readable.getReader();
  for (let i = 0; i < 100; i++) await reader.read();
  wss.close();
  await peer.answerClose();
  assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
});
