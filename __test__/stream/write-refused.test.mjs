import assert from 'node:assert/strict';
import { openPair } from '../helpers/pair.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';

const shared = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
const resizable = new ArrayBuffer(64, { maxByteLength: 128 });
const refused = [
  ['a resizable ArrayBuffer', resizable],
  ['a view on a resizable ArrayBuffer', new Uint8Array(resizable, 8, 8)],
  ['a view that tracks a resizable ArrayBuffer', new Uint8Array(resizable)],
  ['a DataView on a resizable ArrayBuffer', new DataView(resizable)],
  ['a view on shared memory', new Uint8Array(shared.buffer)],
  ['a DataView on shared memory', new DataView(shared.buffer)],
  ['a view on a SharedArrayBuffer', new Uint8Array(new SharedArrayBuffer(8))],
  ['a Symbol', Symbol('s')],
  ['an object that cannot become a string', { toString: () => ({}) }],
  ['an object without a prototype', Object.create(null)],
];

for (const [title, chunk] of refused) {
  test(`write() rejects ${title} with a TypeError and sends nothing`, async (t) => {
    const { peer, writable, wss } = await openPair(t);
    const error = await rejection(writable.getWriter().write(chunk));
    assert.ok(error instanceof TypeError, String(error));
    wss.close();
    assert.deepEqual(await peer.nextClose(), { code: undefined, reason: '' });
  });
}

test('write() rejects with what the conversion throws, and the stream is errored with it', async (t) => {
  const { writable } = await openPair(t);
  const writer = writable.getWriter();
  const thrown = new Error('from toString');
  const chunk = {
    toString() {
      throw thrown;
    },
  };
  assert.equal(await rejection(writer.write(chunk)), thrown);
  assert.equal(await rejection(writer.closed), thrown);
  assert.equal(await rejection(writer.write('later')), thrown);
});

test('a SharedArrayBuffer itself is no buffer source, so it is sent as text', async (t) => {
  const { peer, writable } = await openPair(t);
  await writable.getWriter().write(new SharedArrayBuffer(8));
  assert.equal(await peer.nextText(), '[object SharedArrayBuffer]');
});

test('a detached ArrayBuffer is sent as an empty message', async (t) => {
  const { peer, writable } = await openPair(t);
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  await writable.getWriter().write(buffer);
  assert.equal((await peer.nextBinary()).length, 0);
});
