import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { OPCODE, encodeFrame } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const { text, binary, continuation } = OPCODE;

test('fragments of a text message become one chunk', async (t) => {
  const { peer, readable } = await openPair(t);
  peer.sendFrame({ fin: false, opcode: text, payload: 'one ' });
  peer.sendFrame({ fin: false, opcode: continuation, payload: '' });
  peer.sendFrame({ fin: false, opcode: continuation, payload: 'two ' });
  peer.sendFrame({ opcode: continuation, payload: 'three' });
  const { value } = await readable.getReader().read();
  assert.equal(value, 'one two three');
});

test('a letter may be cut by the fragment boundary', async (t) => {
  const { peer, readable } = await openPair(t);
  const bytes = Buffer.from('\u{1F50C}');
  peer.sendFrame({ fin: false, opcode: text, payload: bytes.subarray(0, 1) });
  peer.sendFrame({ fin: false, opcode: continuation, payload: bytes.subarray(1, 3) });
  peer.sendFrame({ opcode: continuation, payload: bytes.subarray(3) });
  const { value } = await readable.getReader().read();
  assert.equal(value, '\u{1F50C}');
});

test('fragments of a binary message become one chunk that owns its buffer', async (t) => {
  const { peer, readable } = await openPair(t);
  const parts = [1, 1000, 0, 70_000].map((size) => randomBytes(size));
  parts.forEach((payload, index) => {
    const fin = index === parts.length - 1;
    peer.sendFrame({ fin, opcode: index === 0 ? binary : continuation, payload });
  });
  const { value } = await readable.getReader().read();
  assert.ok(Buffer.concat(parts).equals(value));
  assert.equal(value.buffer.byteLength, value.byteLength);
});

test('control frames between fragments are answered and not delivered', async (t) => {
  const { peer, readable } = await openPair(t);
  peer.sendFrame({ fin: false, opcode: text, payload: 'a' });
  peer.ping('between');
  const pong = await peer.next();
  assert.equal(pong.opcode, OPCODE.pong);
  assert.equal(pong.payload.toString(), 'between');
  peer.sendFrame({ opcode: OPCODE.pong, payload: 'unasked' });
  peer.sendFrame({ opcode: continuation, payload: 'b' });
  const { value } = await readable.getReader().read();
  assert.equal(value, 'ab');
});

test('an empty fragmented message is an empty chunk', async (t) => {
  const { peer, readable } = await openPair(t);
  peer.sendFrame({ fin: false, opcode: text });
  peer.sendFrame({ opcode: continuation });
  assert.deepEqual(await readable.getReader().read(), { value: '', done: false });
});

test('what follows an empty last fragment in the same packet is neither lost nor early', async (t) => {
  const { peer, readable } = await openPair(t);
  const frames = [
    { fin: false, opcode: text, payload: 'one' },
    { opcode: continuation },
    { opcode: text, payload: 'two' },
    { opcode: text },
    { opcode: text, payload: 'four' },
  ];
  peer.sendRaw(Buffer.concat(frames.map(encodeFrame)));
  const reader = readable.getReader();
  for (const value of ['one', 'two', '', 'four']) {
    assert.deepEqual(await reader.read(), { value, done: false });
  }
});
