import assert from 'node:assert/strict';
import { WebSocketError } from '../../index.js';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const typed = [
  ['a Uint8Array', new Uint8Array(20), '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0'],
  ['a Float64Array', new Float64Array(3), '0,0,0'],
  ['a DataView', new DataView(new ArrayBuffer(50)), '[object DataView]'],
  ['an ArrayBuffer', new ArrayBuffer(100), '[object ArrayBuffer]'],
  ['a number', 12, '12'],
  ['an object with a length', { length: 100 }, '[object Object]'],
];

for (const id of ['CVE-2026-45736', 'GHSA-58qx-3vcg-4xpx']) {
  for (const [title, reason, text] of typed) {
    test(`${id}: ${title} as the reason of close() is sent as its string`, async (t) => {
      const { wss, peer } = await openPair(t);
      wss.close({ closeCode: 3000, reason });
      assert.deepEqual(await peer.nextClose(), { code: 3000, reason: text });
    });

    test(`${id}: ${title} as the reason of a WebSocketError is its string`, () => {
      assert.equal(new WebSocketError('', { reason }).reason, text);
    });
  }

  test(`${id}: a view is sent with its own bytes and none around them`, async (t) => {
    const { peer, writable } = await openPair(t);
    const around = new Uint8Array(200).fill(0xee);
    around.set([1, 2, 3, 4, 5, 6, 7, 8], 8);
    const writer = writable.getWriter();
    for (const view of [
      new Uint8Array(around.buffer, 8, 8),
      new DataView(around.buffer, 8, 8),
      new Uint16Array(around.buffer, 8, 4),
      new BigInt64Array(around.buffer, 8, 1),
      Buffer.from(around.buffer, 8, 8),
    ]) {
      writer.write(view);
      assert.deepEqual([...(await peer.nextBinary())], [1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  test(`${id}: lengths that change while a message is written show no other memory`, async (t) => {
    const { peer, writable } = await openPair(t);
    const writer = writable.getWriter();
    const liar = { length: 1e6, byteLength: 1e6, toString: () => 'the string' };
    writer.write(liar);
    assert.equal(await peer.nextText(), 'the string');
    for (const name of ['byteLength', 'byteOffset', 'buffer', 'length']) {
      for (const view of [new Uint8Array(9).fill(1), new DataView(new ArrayBuffer(9))]) {
        const expected = Buffer.from(view.buffer);
        const value = name === 'buffer' ? new ArrayBuffer(5000) : 5000;
        writer.write(Object.defineProperty(view, name, { value }));
        assert.deepEqual(await peer.nextBinary(), expected, name);
      }
    }
    const buffer = Object.defineProperty(new ArrayBuffer(9), 'byteLength', { value: 0 });
    writer.write(buffer);
    assert.equal((await peer.nextBinary()).length, 9);
  });
}
