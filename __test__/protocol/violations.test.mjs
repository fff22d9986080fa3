import assert from 'node:assert/strict';
import { encodeClose, OPCODE } from '../helpers/frame.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const { text, binary, continuation, close, ping, pong } = OPCODE;

/** Each row: what it is, the code it is answered with, the frames. */
const rows = [
  ['a masked frame', 1002, [{ opcode: text, mask: true, payload: 'masked' }]],
  ['a masked empty frame', 1002, [{ opcode: binary, mask: true }]],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [
    `the reserved opcode ${opcode}`,
    1002,
    [{ opcode, payload: 'x' }],
  ]),
  ...[4, 2, 1, 7].map((rsv) => [`RSV bits ${rsv}`, 1002, [{ opcode: text, rsv, payload: 'x' }]]),
  ['RSV bits on a ping', 1002, [{ opcode: ping, rsv: 4 }]],
  ['a fragmented ping', 1002, [{ opcode: ping, fin: false }]],
  ['a fragmented pong', 1002, [{ opcode: pong, fin: false }]],
  ['a fragmented Close frame', 1002, [{ opcode: close, fin: false }]],
  ['a ping of 126 bytes', 1002, [{ opcode: ping, payload: 'x'.repeat(126) }]],
  ['a pong of 126 bytes', 1002, [{ opcode: pong, payload: 'x'.repeat(126) }]],
  [
    'a Close frame of 126 bytes',
    1002,
    [{ opcode: close, payload: encodeClose(1000, 'x'.repeat(124)) }],
  ],
  ['a continuation without a start', 1002, [{ opcode: continuation, payload: 'x' }]],
  [
    'a continuation after a whole message',
    1002,
    [{ opcode: text, payload: 'counted' }, { opcode: continuation }],
    ['counted'],
  ],
  [
    'a text frame in the middle of a fragmented message',
    1002,
    [
      { opcode: text, fin: false, payload: 'a' },
      { opcode: text, payload: 'b' },
    ],
  ],
  [
    'a binary frame in the middle of a fragmented message',
    1002,
    [
      { opcode: binary, fin: false, payload: 'a' },
      { opcode: binary, payload: 'b' },
    ],
  ],
  ['a length with the highest bit set', 1002, [{ opcode: binary, length: 2n ** 63n }]],
  ['a Close frame of one byte', 1002, [{ opcode: close, payload: '\x03' }]],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map((code) => [
    `the close code ${code}`,
    1002,
    [{ opcode: close, payload: encodeClose(code) }],
  ]),
  ['a text message that is not UTF-8', 1007, [{ opcode: text, payload: Buffer.from([0xff]) }]],
  ['text that is cut in a letter', 1007, [{ opcode: text, payload: Buffer.from([0xe6, 0x97]) }]],
  ['an encoded surrogate', 1007, [{ opcode: text, payload: Buffer.from([0xed, 0xa0, 0x80]) }]],
  ['an overlong encoding', 1007, [{ opcode: text, payload: Buffer.from([0xc0, 0xaf]) }]],
  [
    'a code point above U+10FFFF',
    1007,
    [{ opcode: text, payload: Buffer.from([0xf4, 0x90, 0x80, 0x80]) }],
  ],
  [
    'fragments that are not UTF-8 together',
    1007,
    [
      { opcode: text, fin: false, payload: Buffer.from([0xe6]) },
      { opcode: continuation, payload: 'x' },
    ],
  ],
  [
    'a close reason that is not UTF-8',
    1007,
    [{ opcode: close, payload: encodeClose(1000, Buffer.from([0xff, 0xfe])) }],
  ],
];

for (const [title, code, frames, counted = []] of rows) {
  test(`${title} ends the connection with ${code}`, async (t) => {
    const { wss, peer, readable, writable } = await openPair(t);
    peer.sendText('before');
    for (const frame of frames) peer.sendFrame(frame);
    const reader = readable.getReader();
    for (const value of ['before', ...counted]) {
      assert.deepEqual(await reader.read(), { value, done: false });
    }
    assert.equal((await peer.nextClose()).code, code);
    const error = await rejection(wss.closed);
    assertWebSocketError(error, { closeCode: code });
    assert.equal(await rejection(reader.read()), error);
    assert.equal(await rejection(writable.getWriter().closed), error);
  });
}

/** Lengths that would fit in fewer bytes (RFC 6455 section 5.2). */
const wasteful = [
  ['a text frame', text, [126, 0, 2]],
  ['a text frame of 125 bytes', text, [126, 0, 125]],
  ['a text frame', text, [127, 0, 0, 0, 0, 0, 0, 0, 2]],
  ['a binary frame of 65,535 bytes', binary, [127, 0, 0, 0, 0, 0, 0, 255, 255]],
  ['a ping', ping, [126, 0, 2]],
  ['a Close frame', close, [126, 0, 2]],
];
for (const [title, opcode, length] of wasteful) {
  test(`${title} with ${length.length} bytes of length ends the connection with 1002`, async (t) => {
    const { wss, peer, readable } = await openPair(t);
    peer.sendText('before');
    peer.sendRaw(Buffer.from([0x80 | opcode, ...length, ...Buffer.alloc(70_000)]));
    const reader = readable.getReader();
    assert.equal((await reader.read()).value, 'before');
    assert.equal((await peer.nextClose()).code, 1002);
    const error = await rejection(wss.closed);
    assertWebSocketError(error, { closeCode: 1002 });
    assert.equal(await rejection(reader.read()), error);
  });
}

for (const [size, length] of [
  [126, [126, 0, 126]],
  [65_536, [127, 0, 0, 0, 0, 0, 1, 0, 0]],
]) {
  test(`${size} bytes are the fewest for ${length.length} bytes of length`, async (t) => {
    const { peer, readable } = await openPair(t);
    peer.sendRaw(Buffer.concat([Buffer.from([0x82, ...length]), Buffer.alloc(size, 7)]));
    assert.deepEqual((await readable.getReader().read()).value, new Uint8Array(size).fill(7));
  });
}

test('a violation reaches closed and the peer although nobody reads', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  peer.sendText('before');
  peer.sendFrame({ opcode: 3 });
  assert.equal((await peer.nextClose()).code, 1002);
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1002 });
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'before');
  assert.equal(await rejection(reader.read()), error);
});

test('after a violation the client ends the connection by itself', async (t) => {
  const { peer } = await openPair(t, { client: { closeTimeout: 300 } });
  peer.sendFrame({ opcode: 3 });
  assert.equal((await peer.nextClose()).code, 1002);
  assert.equal(await peer.next(), null);
});

test('messages behind a violation are not delivered', async (t) => {
  const { peer, readable, wss } = await openPair(t);
  peer.sendText('good');
  peer.sendFrame({ opcode: 3 });
  peer.sendText('bad');
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'good');
  assert.equal(await rejection(reader.read()), await rejection(wss.closed));
});

test('a violation after close() began still lets closed settle', async (t) => {
  const { peer, wss } = await openPair(t);
  wss.close({ closeCode: 4000 });
  await peer.nextClose();
  peer.sendFrame({ opcode: 3 });
  peer.end();
  assertWebSocketError(await rejection(wss.closed));
});
