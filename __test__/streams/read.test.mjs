import assert from 'node:assert/strict';
import { collect } from '../helpers/collect.mjs';
import { openEcho } from '../helpers/echo.mjs';
import { openPair } from '../helpers/pair.mjs';
import { rejection, state } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';

test('for await reads every message and ends when the connection does', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  for (let i = 0; i < 500; i++) peer.sendText(`${i}`);
  peer.sendClose(1000);
  peer.end();
  const seen = [];
  for await (const message of readable) seen.push(message);
  assert.deepEqual(
    seen,
    Array.from({ length: 500 }, (_, i) => `${i}`),
  );
  assert.equal((await wss.closed).closeCode, 1000);
});

test('leaving a for await closes the connection', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  peer.sendText('enough');
  peer.answerClose();
  for await (const message of readable) {
    assert.equal(message, 'enough');
    break;
  }
  await wss.closed;
});

test('leaving values({ preventCancel }) leaves the connection open for the next reader', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  peer.sendText('first');
  for await (const message of readable.values({ preventCancel: true })) {
    assert.equal(message, 'first');
    break;
  }
  peer.sendText('second');
  assert.equal((await readable.getReader().read()).value, 'second');
  assert.equal(await state(wss.closed), 'pending');
});

test('for await throws the error of an unclean end after the last message', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  await peer.sendText('last');
  peer.end();
  const seen = [];
  const loop = (async () => {
    for await (const message of readable) seen.push(message);
  })();
  assert.equal(await rejection(loop), await rejection(wss.closed));
  assert.deepEqual(seen, ['last']);
});

test('both branches of tee() see every message', async (t) => {
  const { peer, readable } = await openPair(t);
  const branches = readable.tee();
  const texts = ['a', 'b', 'c'];
  for (const text of texts) peer.sendText(text);
  peer.sendClose(1000);
  peer.end();
  for (const branch of branches) assert.deepEqual(await collect(branch), texts);
});

test('binary messages pass through a TextDecoderStream', async (t) => {
  const { peer, readable } = await openPair(t);
  const bytes = Buffer.from('gr\u00fc\u00df dich');
  peer.sendBinary(bytes.subarray(0, 3));
  peer.sendBinary(bytes.subarray(3));
  peer.sendClose(1000);
  peer.end();
  const parts = await collect(readable.pipeThrough(new TextDecoderStream()));
  assert.equal(parts.join(''), 'gr\u00fc\u00df dich');
});

test('a connection is a source, a transform and a sink at once', async (t) => {
  const { readable, writable, wss } = await openEcho(t);
  const source = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 100; i++) controller.enqueue(`${i}`);
      controller.enqueue('end');
      controller.close();
    },
  });
  const double = new TransformStream({
    transform: (text, controller) => controller.enqueue(Number(text) * 2),
  });
  const [numbers] = await Promise.all([
    collect(readable.pipeThrough(double)),
    source.pipeTo(writable, { preventClose: true }),
  ]);
  assert.deepEqual(
    numbers,
    Array.from({ length: 100 }, (_, i) => 2 * i),
  );
  assert.equal((await wss.closed).closeCode, 1000);
});
