import assert from 'node:assert/strict';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('both sides closing at once is clean, with the code of the peer', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.sendClose(4222, 'remote');
  wss.close({ closeCode: 4111, reason: 'local' });
  const close = await peer.nextClose();
  assert.ok([4111, 4222].includes(close.code), `${close.code}`);
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4222, reason: 'remote' });
  assert.equal(await peer.next(), null, 'one Close frame only');
});

test('close() in the turn in which the last message was read is clean', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  peer.sendText('last');
  peer.sendClose(4000);
  await readable.getReader().read();
  wss.close({ closeCode: 4111 });
  await peer.nextClose();
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: '' });
});

test('a hundred connections that close from both sides at once all settle', async (t) => {
  const pairs = await Promise.all(Array.from({ length: 100 }, () => openPair(t)));
  const closing = pairs.map(async ({ wss, peer }, i) => {
    if (i % 2) wss.close({ closeCode: 3000 });
    peer.sendClose(3001);
    if (!(i % 2)) wss.close({ closeCode: 3000 });
    await peer.nextClose();
    peer.end();
    return wss.closed;
  });
  for (const info of await Promise.all(closing)) assert.equal(info.closeCode, 3001);
});
