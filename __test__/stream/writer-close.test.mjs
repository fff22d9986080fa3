import assert from 'node:assert/strict';
import { rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { turns } from '../helpers/until.mjs';

test('writer.close() sends an empty Close frame and fulfils when the handshake is over', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  const closing = writer.close();
  assert.deepEqual(await peer.nextClose(), { code: undefined, reason: '' });
  await turns(20);
  assert.equal(await state(closing), 'pending');
  assert.equal(await state(wss.closed), 'pending');
  peer.sendClose();
  peer.end();
  assert.equal(await closing, undefined);
  assert.equal(await writer.closed, undefined);
  assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
});

test('writer.close() sends everything that was written before', async (t) => {
  const { peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  for (let i = 0; i < 2000; i++) writer.write(`message ${i}`);
  const closing = writer.close();
  for (let i = 0; i < 2000; i++) assert.equal(await peer.nextText(), `message ${i}`);
  await peer.answerClose();
  await closing;
});

test('writer.close() rejects with the error of closed when the end is unclean', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const closing = rejection(writable.getWriter().close());
  await peer.nextClose();
  peer.end();
  assert.equal(await closing, await rejection(wss.closed));
});

test('writer.close() closes the readable too', async (t) => {
  const { peer, readable, writable } = await openPair(t);
  const closing = writable.getWriter().close();
  await peer.answerClose();
  await closing;
  assert.equal((await readable.getReader().read()).done, true);
});

test('writer.close() after close() fulfils when the handshake is over', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  wss.close({ closeCode: 4000 });
  const closing = writable.getWriter().close();
  assert.equal((await peer.nextClose()).code, 4000);
  assert.equal(await state(closing), 'pending');
  peer.sendClose(4000);
  peer.end();
  await closing;
  assert.equal((await wss.closed).closeCode, 4000);
});
