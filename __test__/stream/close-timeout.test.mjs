import assert from 'node:assert/strict';
import { assertWebSocketError, rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { turns } from '../helpers/until.mjs';

const client = { closeTimeout: 600 };

test('a peer that never answers the Close frame is dropped after closeTimeout, with 1006', async (t) => {
  const { wss, peer } = await openPair(t, { client });
  wss.close({ closeCode: 4000 });
  await peer.nextClose();
  assert.equal(await state(wss.closed), 'pending');
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
  await peer.waitEnd();
});

test('closeTimeout also ends a connection whose peer floods it and never answers', async (t) => {
  const { wss, peer } = await openPair(t, { client });
  let gone = false;
  peer.closed.then(() => {
    gone = true;
  });
  wss.close();
  const flood = (async () => {
    while (!gone) {
      await peer.sendBinary(Buffer.alloc(65_536));
      await turns(1);
    }
  })();
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
  await flood;
});

test('closeTimeout also ends a connection whose peer does not read', async (t) => {
  const { wss, peer, writable } = await openPair(t, { client, server: { paused: true } });
  const written = rejection(writable.getWriter().write(new Uint8Array(40 * 1024 * 1024)));
  wss.close();
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1006 });
  await written;
  peer.destroy();
});

test('writer.close() rejects with the error of closed when closeTimeout passes', async (t) => {
  const { wss, peer, writable } = await openPair(t, { client });
  const closing = rejection(writable.getWriter().close());
  await peer.nextClose();
  assert.equal(await closing, await rejection(wss.closed));
});
