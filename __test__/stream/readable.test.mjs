import assert from 'node:assert/strict';
import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const COUNT = 500;
const EXPECTED = Array.from({ length: COUNT }, (_, i) => `${i}`);

async function filled(t) {
  const pair = await openPair(t);
  for (const text of EXPECTED) pair.peer.sendText(text);
  return pair;
}

function endCleanly({ peer }) {
  peer.sendClose(1000);
  peer.end();
}

test('for await reads all messages and ends at a clean close', async (t) => {
  const pair = await filled(t);
  endCleanly(pair);
  const seen = [];
  for await (const text of pair.readable) seen.push(text);
  assert.deepEqual(seen, EXPECTED);
});

test('leaving a for await loop closes the connection', async (t) => {
  const { readable, peer, wss } = await filled(t);
  for await (const text of readable) if (text === '3') break;
  assert.deepEqual(await peer.answerClose(), { code: undefined, reason: '' });
  assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
});

test('leaving an iterator with preventCancel keeps the connection and loses nothing', async (t) => {
  const { readable } = await filled(t);
  for await (const text of readable.values({ preventCancel: true })) if (text === '3') break;
  assert.equal((await readable.getReader().read()).value, '4');
});

test('pipeTo writes all messages in order and closes the destination', async (t) => {
  const pair = await filled(t);
  endCleanly(pair);
  const seen = [];
  const sink = new WritableStream({ write: (chunk) => void seen.push(chunk) });
  await pair.readable.pipeTo(sink);
  assert.deepEqual(seen, EXPECTED);
});

test('pipeTo rejects with the error of an unclean end, after all messages', async (t) => {
  const { peer, readable, wss } = await filled(t);
  peer.end();
  const seen = [];
  const sink = new WritableStream({ write: (chunk) => void seen.push(chunk) });
  const error = await rejection(readable.pipeTo(sink));
  assert.equal(error, await rejection(wss.closed));
  assert.deepEqual(seen, EXPECTED);
});

test('pipeThrough a slow transform keeps order', async (t) => {
  const pair = await filled(t);
  endCleanly(pair);
  const slow = new TransformStream({
    async transform(chunk, controller) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      controller.enqueue(chunk);
    },
  });
  const seen = [];
  for await (const text of pair.readable.pipeThrough(slow)) seen.push(text);
  assert.deepEqual(seen, EXPECTED);
});

test('piping the readable into the writable echoes', async (t) => {
  const { peer, readable, writable } = await filled(t);
  const piping = readable.pipeTo(writable).catch(() => {});
  for (const text of EXPECTED) assert.equal(await peer.nextText(), text);
  endCleanly({ peer });
  await piping;
});

test('piping a stream into the writable sends it and closes cleanly', async (t) => {
  const { peer, writable, wss } = await openPair(t);
  const source = new ReadableStream({
    start(controller) {
      for (const text of EXPECTED) controller.enqueue(text);
      controller.close();
    },
  });
  const piping = source.pipeTo(writable);
  for (const text of EXPECTED) assert.equal(await peer.nextText(), text);
  await peer.answerClose();
  await piping;
  assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
});

test('both branches of tee get every message', async (t) => {
  const pair = await filled(t);
  endCleanly(pair);
  const lists = await Promise.all(
    pair.readable.tee().map(async (branch) => {
      const seen = [];
      for await (const text of branch) seen.push(text);
      return seen;
    }),
  );
  assert.deepEqual(lists, [EXPECTED, EXPECTED]);
});

test('a reader can be released and another one goes on with the next message', async (t) => {
  const { readable } = await filled(t);
  for (const text of EXPECTED) {
    const reader = readable.getReader();
    assert.equal((await reader.read()).value, text);
    reader.releaseLock();
  }
});

test('a read that is pending when the lock is released loses no message', async (t) => {
  const { peer, readable } = await openPair(t);
  const first = readable.getReader();
  const pending = rejection(first.read());
  first.releaseLock();
  assert.ok((await pending) instanceof TypeError);
  peer.sendText('kept');
  assert.equal((await readable.getReader().read()).value, 'kept');
});

test('many reads that are asked for at once are answered in order', async (t) => {
  const { peer, readable } = await openPair(t);
  const reader = readable.getReader();
  const reads = EXPECTED.map(() => reader.read());
  for (const text of EXPECTED) peer.sendText(text);
  const values = (await Promise.all(reads)).map(({ value }) => value);
  assert.deepEqual(values, EXPECTED);
});

test('reads that are pending at a clean close are done', async (t) => {
  const { peer, readable } = await openPair(t);
  const reader = readable.getReader();
  const reads = [reader.read(), reader.read(), reader.read()];
  peer.sendText('only');
  endCleanly({ peer });
  const results = await Promise.all(reads);
  assert.deepEqual(
    results.map(({ value, done }) => [value, done]),
    [
      ['only', false],
      [undefined, true],
      [undefined, true],
    ],
  );
});

test('the readable is no byte stream', async (t) => {
  const { readable } = await openPair(t);
  assert.throws(() => readable.getReader({ mode: 'byob' }), TypeError);
});
