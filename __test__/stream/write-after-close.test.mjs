import assert from 'node:assert/strict';
import { assertDomException, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('write() after close() began fulfils and sends nothing', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  wss.close({ closeCode: 4000 });
  assert.equal(await writer.write('late'), undefined);
  assert.equal((await peer.nextClose()).code, 4000);
  peer.sendClose(4000);
  peer.end();
  assert.equal(await peer.next(), null);
  await wss.closed;
});

test('write() after the close rejects with the InvalidStateError of the stream', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  wss.close();
  await peer.answerClose();
  await wss.closed;
  const error = await rejection(writer.write('late'));
  assertDomException(error, 'InvalidStateError');
  assert.equal(await rejection(writer.write('later')), error);
  assert.equal(await rejection(writer.closed), error);
  assert.equal(await rejection(writer.ready), error);
});

test('a chunk that cannot be converted rejects after close() began too', async (t) => {
  const { wss, writable } = await openPair(t);
  wss.close();
  const error = await rejection(writable.getWriter().write(Symbol('s')));
  assert.ok(error instanceof TypeError);
});
