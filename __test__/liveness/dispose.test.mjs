import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

test('disposing closes and waits for the end of the closing handshake', async (t) => {
  const { wss, peer } = await openPair(t);
  const disposed = wss[Symbol.asyncDispose]();
  const close = await peer.nextClose();
  assert.equal(close.code, undefined);
  assert.equal(await state(disposed), 'pending');
  peer.sendClose(1000);
  peer.end();
  assert.equal(await disposed, undefined);
  assert.equal(await state(wss.closed), 'fulfilled');
});

test('disposing with unread messages ends', async (t) => {
  const { wss, peer } = await openPair(t);
  for (let i = 0; i < 1000; i++) peer.sendText(`message ${i}`);
  peer.answerClose();
  assert.equal(await wss[Symbol.asyncDispose](), undefined);
});

test('disposing does not throw when the end is unclean', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.reset();
  assert.equal(await wss[Symbol.asyncDispose](), undefined);
  assert.equal((await rejection(wss.closed)).closeCode, 1006);
});

test('disposing before the connection is open gives up connecting', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const wss = new WebSocketStream(server.url);
  assert.equal(await wss[Symbol.asyncDispose](), undefined);
  assert.equal(await state(wss.opened), 'rejected');
});

test('disposing twice is the same as once', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.answerClose();
  await Promise.all([wss[Symbol.asyncDispose](), wss[Symbol.asyncDispose]()]);
  await wss[Symbol.asyncDispose]();
});

test('disposing a foreign receiver rejects with a TypeError, whatever its close() is', async () => {
  const dispose = WebSocketStream.prototype[Symbol.asyncDispose];
  for (const receiver of [undefined, {}, { close: () => assert.fail('called') }]) {
    assert.ok((await rejection(dispose.call(receiver))) instanceof TypeError);
  }
});

test('await using closes at the end of its block, also when the block throws', async (t) => {
  const AsyncFunction = (async () => {}).constructor;
  const line = Number(process.versions.node.split('.')[0]);
  let run;
  try {
    run = new AsyncFunction('wss', 'use', 'await using held = wss; return await use(held);');
  } catch (error) {
    // The syntax came with Node 24.
    assert.ok(line < 24 && error instanceof SyntaxError, error);
    return;
  }
  const failure = new Error('in the block');
  for (const use of [() => 'done', () => Promise.reject(failure)]) {
    const { wss, peer } = await openPair(t);
    peer.answerClose();
    const outcome = await run(wss, use).catch((error) => error);
    assert.equal(await state(wss.closed), 'fulfilled');
    assert.ok(outcome === 'done' || outcome === failure);
  }
});
