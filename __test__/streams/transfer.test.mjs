import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('readable and writable work in a worker that they were transferred to', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  const worker = new Worker(new URL('./fixtures/echoing-worker.mjs', import.meta.url));
  t.after(() => worker.terminate());
  worker.postMessage({ readable, writable }, [readable, writable]);
  for (const text of ['one', 'two']) {
    peer.sendText(text);
    assert.equal(await peer.nextText(), text.toUpperCase());
  }
  peer.sendBinary(new Uint8Array([1, 2, 3]));
  assert.deepEqual(await peer.nextBinary(), Buffer.from([1, 2, 3]));
  const report = once(worker, 'message');
  peer.sendClose(1000);
  peer.end();
  assert.deepEqual(await report, [{ count: 3 }]);
  assert.equal((await wss.closed).closeCode, 1000);
});

test('a transferred readable that is cancelled in the worker closes the connection', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  const worker = new Worker(new URL('./fixtures/cancelling-worker.mjs', import.meta.url));
  t.after(() => worker.terminate());
  worker.postMessage(readable, [readable]);
  peer.sendText('enough');
  const [seen] = await once(worker, 'message');
  assert.equal(seen, 'enough');
  // The writable is still this thread's.
  const refused = writable.getWriter().closed.catch((error) => error);
  await peer.answerClose();
  await wss.closed;
  assert.equal((await refused).name, 'InvalidStateError');
});

test('a transferred writable whose worker is terminated leaves the connection usable', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  const worker = new Worker(new URL('./fixtures/echoing-worker.mjs', import.meta.url));
  const [kept, given] = readable.tee();
  worker.postMessage({ readable: given, writable }, [given, writable]);
  peer.sendText('one');
  assert.equal(await peer.nextText(), 'ONE');
  await worker.terminate();
  const reader = kept.getReader();
  assert.equal((await reader.read()).value, 'one');
  peer.sendText('two');
  assert.equal((await reader.read()).value, 'two');
  wss.close();
  await peer.answerClose();
  await wss.closed;
});

test('an unclean end reaches a transferred readable after the messages before it', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  const worker = new Worker(new URL('./fixtures/echoing-worker.mjs', import.meta.url));
  t.after(() => worker.terminate());
  const failed = once(worker, 'message');
  worker.postMessage({ readable, writable }, [readable, writable]);
  peer.sendText('one');
  assert.equal(await peer.nextText(), 'ONE');
  peer.end();
  const [error] = await failed;
  // As well as Node clones a DOMException: before 22 it does not.
  const { name, message } = structuredClone(await rejection(wss.closed));
  assert.deepEqual([error.name, error.message], [name, message]);
});
