import assert from 'node:assert/strict';
import { encodeClose, encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const answers = [
  ['Connection: keep-alive, Upgrade', { headers: { Connection: 'keep-alive, Upgrade' } }],
  ['Connection: upgrade', { headers: { Connection: 'upgrade' } }],
  ['two Connection fields', { headers: { Connection: ['keep-alive', 'Upgrade'] } }],
  ['Upgrade: WebSocket in mixed case', { headers: { Upgrade: 'WebSocket' } }],
  [
    'field names in odd case',
    { headers: { Upgrade: null, Connection: null, UPGRADE: 'websocket', cOnNeCtIoN: 'UPGRADE' } },
  ],
  ['two Upgrade fields that say the same', { headers: { Upgrade: ['websocket', 'WebSocket'] } }],
  ['an empty reason phrase', { statusText: '' }],
  ['another reason phrase', { statusText: 'Web Socket Protocol Handshake' }],
  ['103 before 101', { before: 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n' }],
  [
    '100 and 102 before 101',
    { before: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n' },
  ],
  ['bytes outside ASCII in a header', { headers: { 'X-Name': 'gr\u00fc\u00df' } }],
  ['60 headers', { headers: Object.fromEntries(headerList(60)) }],
  ['a long header', { headers: { 'X-Long': 'x'.repeat(12_000) } }],
  ['spaces around a value', { headers: { Upgrade: '  websocket  ' } }],
  ['Content-Length: 0', { headers: { 'Content-Length': '0' } }],
  ['an answer that comes byte by byte', { dribble: true }],
];

for (const [title, answer] of answers) {
  test(`a handshake is accepted with ${title}`, async (t) => {
    const { peer, readable, writable, info } = await openPair(t, { server: { answer } });
    assert.equal(info.response.status, 101);
    await writable.getWriter().write('there');
    assert.equal(await peer.nextText(), 'there');
    peer.sendText('back');
    assert.equal((await readable.getReader().read()).value, 'back');
  });
}

test('bytes outside ASCII in a header are read as Latin-1', async (t) => {
  const answer = { headers: { 'X-Name': 'gr\u00fc\u00df' } };
  const { info } = await openPair(t, { server: { answer } });
  assert.equal(info.response.headers.get('x-name'), 'gr\u00fc\u00df');
});

test('messages in the packet of the answer are delivered', async (t) => {
  const frames = [
    encodeFrame({ opcode: OPCODE.text, payload: 'first' }),
    encodeFrame({ opcode: OPCODE.binary, payload: Buffer.alloc(5000, 5) }),
    encodeFrame({ opcode: OPCODE.text, payload: 'third' }),
  ];
  const { peer, readable } = await openPair(t, {
    server: { answer: { body: Buffer.concat(frames) } },
  });
  peer.sendText('later');
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'first');
  assert.equal((await reader.read()).value.length, 5000);
  assert.equal((await reader.read()).value, 'third');
  assert.equal((await reader.read()).value, 'later');
});

test('half a message in the packet of the answer is completed by the next one', async (t) => {
  const frame = encodeFrame({ opcode: OPCODE.text, payload: 'cut in two' });
  const answer = { body: frame.subarray(0, 5) };
  const { peer, readable } = await openPair(t, { server: { answer } });
  peer.sendRaw(frame.subarray(5));
  assert.equal((await readable.getReader().read()).value, 'cut in two');
});

test('a message and a Close frame in the packet of the answer are a clean close', async (t) => {
  const frames = [
    encodeFrame({ opcode: OPCODE.text, payload: 'bye' }),
    encodeFrame({ opcode: OPCODE.close, payload: encodeClose(4000, 'full') }),
  ];
  const answer = { body: Buffer.concat(frames), end: true };
  const { wss, readable } = await openPair(t, { server: { answer } });
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'bye');
  assert.equal((await reader.read()).done, true);
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: 'full' });
});

function headerList(count) {
  return Array.from({ length: count }, (_, i) => [`X-Header-${i}`, `value ${i}`]);
}
