import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const ROWS = [
  ['an empty message', ''],
  ['ASCII', 'hello'],
  ['Latin-1 letters', 'gr\u00fc\u00dfe'],
  ['letters of three bytes', '\u65e5\u672c\u8a9e'],
  ['letters outside the basic plane', '\u{1F50C}a\u{10FFFF}'],
  ['a byte order mark at the start', '\uFEFFtext'],
  ['a byte order mark alone', '\uFEFF'],
  ['zero bytes and control characters', '\0a\0\r\n\u007f'],
  ['125 bytes', 'x'.repeat(125)],
  ['126 bytes', 'x'.repeat(126)],
  ['65535 bytes', 'x'.repeat(65535)],
  ['65536 bytes', 'x'.repeat(65536)],
  ['1 MiB of mixed letters', 'a\u00fc\u65e5\u{1F50C}'.repeat((1024 * 1024) / 10)],
  ['5 MiB', 'y'.repeat(5 * 1024 * 1024)],
];

for (const [title, text] of ROWS) {
  test(`a text message arrives as a string: ${title}`, async (t) => {
    const { peer, readable } = await openPair(t);
    peer.sendText(text);
    const { value, done } = await readable.getReader().read();
    assert.equal(done, false);
    assert.equal(typeof value, 'string');
    assert.ok(value === text, `${value.length} characters of ${text.length}`);
  });
}

test('many messages of different kinds in one packet keep kind, content and order', async (t) => {
  const { peer, readable } = await openPair(t);
  const texts = ROWS.map(([, text]) => text).filter((text) => text.length < 200);
  const frames = texts.map((payload) => encodeFrame({ opcode: OPCODE.text, payload }));
  peer.sendRaw(Buffer.concat(frames));
  const reader = readable.getReader();
  for (const text of texts) assert.deepEqual(await reader.read(), { value: text, done: false });
});

test('a letter that is cut by the packet boundary arrives whole', async (t) => {
  const { peer, readable } = await openPair(t);
  const bytes = encodeFrame({ opcode: OPCODE.text, payload: 'a\u{1F50C}b' });
  for (const byte of bytes) await peer.sendRaw(Buffer.from([byte]));
  const { value } = await readable.getReader().read();
  assert.equal(value, 'a\u{1F50C}b');
});
