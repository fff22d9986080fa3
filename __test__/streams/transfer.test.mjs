import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
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
