import assert from 'node:assert/strict';
import { OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const texts = [
  ['a string', 'hello', 'hello'],
  ['an empty string', '', ''],
  [
    'letters of many bytes',
    'gr\u00fc\u00dfe \u65e5\u672c \u{1F50C}',
    'gr\u00fc\u00dfe \u65e5\u672c \u{1F50C}',
  ],
  ['lone surrogates', 'a\uD800b\uDC00', 'a\uFFFDb\uFFFD'],
  ['a byte order mark', '\uFEFFx', '\uFEFFx'],
  ['a number', 5, '5'],
  ['a bigint', 12n, '12'],
  ['true', true, 'true'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['an object', {}, '[object Object]'],
  ['an array', [1, [2, 3]], '1,2,3'],
  ['a String object', new String('boxed'), 'boxed'],
  ['an object with toString', { toString: () => 'made' }, 'made'],
  ['an object with Symbol.toPrimitive', { [Symbol.toPrimitive]: (hint) => hint }, 'string'],
  ['3000 letters', '\u00fc'.repeat(3000), '\u00fc'.repeat(3000)],
  ['1 MiB of letters', '\u65e5'.repeat(350_000), '\u65e5'.repeat(350_000)],
];

for (const [title, chunk, expected] of texts) {
  test(`write() sends ${title} as text`, async (t) => {
    const { peer, writable } = await openPair(t);
    assert.equal(await writable.getWriter().write(chunk), undefined);
    const { fin, rsv, opcode, payload } = await peer.next();
    assert.deepEqual({ fin, rsv, opcode }, { fin: true, rsv: 0, opcode: OPCODE.text });
    assert.ok(payload.toString() === expected, payload.toString().slice(0, 100));
  });
}

const backing = Uint8Array.from({ length: 64 }, (_, i) => i);
const { buffer } = backing;
const binaries = [
  ['an ArrayBuffer', buffer, [0, 64]],
  ['an empty ArrayBuffer', new ArrayBuffer(0), [0, 0]],
  ['a Uint8Array', backing, [0, 64]],
  ['an empty Uint8Array', new Uint8Array(0), [0, 0]],
  ['a Uint8Array with offset and length', new Uint8Array(buffer, 3, 10), [3, 13]],
  ['a Buffer', Buffer.from(buffer, 5, 6), [5, 11]],
  ['a Uint8ClampedArray', new Uint8ClampedArray(buffer, 1, 2), [1, 3]],
  ['an Int8Array', new Int8Array(buffer, 60), [60, 64]],
  ['a Uint16Array', new Uint16Array(buffer, 2, 3), [2, 8]],
  ['a Float64Array', new Float64Array(buffer, 8, 2), [8, 24]],
  ['a BigUint64Array', new BigUint64Array(buffer, 16, 1), [16, 24]],
  ['a DataView', new DataView(buffer, 7, 9), [7, 16]],
];

for (const [title, chunk, [start, end]] of binaries) {
  test(`write() sends ${title} as binary, exactly its bytes`, async (t) => {
    const { peer, writable } = await openPair(t);
    await writable.getWriter().write(chunk);
    assert.deepEqual(await peer.nextBinary(), Buffer.from(backing.subarray(start, end)));
  });
}

for (const size of [125, 126, 4095, 4096, 65535, 65536, 1024 * 1024, 5 * 1024 * 1024]) {
  test(`write() sends ${size} bytes whole`, async (t) => {
    const { peer, writable } = await openPair(t);
    const chunk = Uint8Array.from({ length: size }, (_, i) => i * 7);
    await writable.getWriter().write(chunk);
    assert.ok((await peer.nextBinary()).equals(chunk));
  });
}

for (const size of [16, 2000, 100_000, 2 * 1024 * 1024]) {
  test(`write() copies ${size} bytes, so that the buffer may be used again at once`, async (t) => {
    const { peer, writable } = await openPair(t);
    const chunk = new Uint8Array(size).fill(1);
    const written = writable.getWriter().write(chunk);
    chunk.fill(2);
    await written;
    assert.ok((await peer.nextBinary()).every((byte) => byte === 1));
  });
}

test('write() leaves the buffer attached', async (t) => {
  const { peer, writable } = await openPair(t);
  const chunk = new Uint8Array(1024 * 1024);
  await writable.getWriter().write(chunk);
  await peer.nextBinary();
  assert.equal(chunk.byteLength, 1024 * 1024);
});
