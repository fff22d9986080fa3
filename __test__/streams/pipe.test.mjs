import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { WebSocketError } from '../../index.js';
import { collect } from '../helpers/collect.mjs';
import { openEcho } from '../helpers/echo.mjs';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { assertDomException, assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { untilSteady } from '../helpers/until.mjs';

test('pipeTo sends every chunk and closes the connection at the end', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue('text');
      controller.enqueue(new Uint8Array([1, 2]));
      controller.close();
    },
  });
  const piped = source.pipeTo(writable);
  assert.equal(await peer.nextText(), 'text');
  assert.deepEqual(await peer.nextBinary(), Buffer.from([1, 2]));
  await peer.answerClose();
  await piped;
  await wss.closed;
});

test('ReadableStream.from(asyncIterable).pipeTo(writable) sends what the iterable gives', async (t) => {
  const { peer, writable } = await openPair(t);
  async function* numbers() {
    for (let i = 0; i < 3; i++) yield `number ${i}`;
  }
  const piped = ReadableStream.from(numbers()).pipeTo(writable);
  for (let i = 0; i < 3; i++) assert.equal(await peer.nextText(), `number ${i}`);
  await peer.answerClose();
  await piped;
});

test('an error of the source closes the connection and reaches the caller', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const failure = new Error('the source failed');
  async function* broken() {
    yield 'before';
    throw failure;
  }
  const piped = ReadableStream.from(broken()).pipeTo(writable);
  assert.equal(await rejection(piped), failure);
  assert.equal(await peer.nextText(), 'before');
  await peer.answerClose();
  await wss.closed;
});

test('an unclean end stops pipeTo with the error of the connection', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue('x'.repeat(1000)),
  });
  const piped = endless.pipeTo(writable);
  await peer.next();
  peer.reset();
  const error = await rejection(piped);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(error, await rejection(wss.closed));
});

test('bytes that were compressed on the way arrive as they were', async (t) => {
  const { readable, writable } = await openEcho(t);
  const text = 'again and again, '.repeat(5000);
  const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const sent = (async () => {
    const writer = writable.getWriter();
    for await (const chunk of compressed) await writer.write(chunk);
    await writer.write('end');
  })();
  const unpacked = readable.pipeThrough(new DecompressionStream('gzip'));
  const parts = await collect(unpacked.pipeThrough(new TextDecoderStream()));
  await sent;
  assert.equal(parts.join(''), text);
});

test('stream.pipeline with Readable.fromWeb and Writable.fromWeb carries messages', async (t) => {
  const { readable, writable } = await openEcho(t);
  const texts = Array.from({ length: 300 }, (_, i) => `line ${i}`);
  const seen = [];
  const sink = new Writable({
    objectMode: true,
    write(message, _encoding, done) {
      seen.push(String(message));
      if (seen.length === texts.length) writer.write('end');
      done();
    },
  });
  const writer = Writable.fromWeb(writable, { objectMode: true, decodeStrings: false });
  // The standard errors the writable when the peer closes first.
  const failed = once(writer, 'error');
  for (const text of texts) writer.write(text);
  await pipeline(Readable.fromWeb(readable, { objectMode: true }), sink);
  assert.deepEqual(seen, texts);
  assertDomException((await failed)[0], 'InvalidStateError');
});

test('ending Writable.fromWeb closes the connection', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const done = pipeline(Readable.from([Buffer.from('one')]), Writable.fromWeb(writable));
  assert.deepEqual(await peer.nextBinary(), Buffer.from('one'));
  await peer.answerClose();
  await done;
  await wss.closed;
});

test('pipeThrough and pipeTo pass the pressure of a server that does not read on to the source', async (t) => {
  const { wss, peer, writable } = await openPair(t, { server: { paused: true } });
  let given = 0;
  const source = new ReadableStream({
    pull(controller) {
      given += 1;
      controller.enqueue(new Uint8Array(100_000));
    },
  });
  const piped = source.pipeThrough(new TransformStream()).pipeTo(writable);
  piped.catch(() => {});
  const stopped = await untilSteady(() => given, 'the source');
  assert.ok(stopped * 100_000 < kernelBufferBytes() + 2 ** 20, `${stopped} chunks were asked for`);
  wss.terminate();
  assert.equal(await rejection(piped), await rejection(wss.closed));
  peer.destroy();
});

test('a signal that ends pipeTo closes the connection with the code of its reason', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const controller = new AbortController();
  const endless = new ReadableStream({ start: (source) => source.enqueue('first') });
  const piped = rejection(endless.pipeTo(writable, { signal: controller.signal }));
  assert.equal(await peer.nextText(), 'first');
  const reason = new WebSocketError('enough', { closeCode: 4002, reason: 'why' });
  controller.abort(reason);
  assert.deepEqual(await peer.answerClose(), { code: 4002, reason: 'why' });
  assert.equal(await piped, reason);
  await wss.closed;
});

test('a pipeline from a connection into another carries every message', async (t) => {
  const from = await openPair(t);
  const to = await openPair(t);
  const piped = from.readable.pipeTo(to.writable);
  for (let i = 0; i < 1000; i++) from.peer.sendText(`${i}`);
  for (let i = 0; i < 1000; i++) assert.equal(await to.peer.nextText(), `${i}`);
  from.peer.sendClose(1000);
  from.peer.end();
  await to.peer.answerClose();
  await piped;
  await Promise.all([from.wss.closed, to.wss.closed]);
});
