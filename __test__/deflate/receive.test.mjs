import assert from 'node:assert/strict';
import { acceptDeflate, deflate } from '../helpers/deflate.mjs';
import { OPCODE } from '../helpers/frame.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const { text, binary, continuation } = OPCODE;
const RSV1 = 4;
const hello = Buffer.from([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);

for (const parameters of ['', '; server_no_context_takeover']) {
  const named = (name) => `${name} (permessage-deflate${parameters})`;
  const open = (t, client) => openPair(t, { server: acceptDeflate(parameters), client });

  test(named('fragments with control frames in between become one message'), async (t) => {
    const { peer, readable } = await open(t);
    const message = 'π and more, π and more, π and more. '.repeat(5000);
    const payload = await deflate(message);
    peer.sendFrame({ fin: false, rsv: RSV1, opcode: text, payload: payload.subarray(0, 1) });
    peer.ping('between');
    peer.sendFrame({ fin: false, opcode: continuation });
    peer.sendFrame({ fin: false, opcode: continuation, payload: payload.subarray(1, 50) });
    assert.equal((await peer.next()).payload.toString(), 'between');
    peer.sendFrame({ opcode: continuation, payload: payload.subarray(50) });
    assert.equal((await readable.getReader().read()).value, message);
  });

  test(named('compressed, plain and empty messages keep their order'), async (t) => {
    const { peer, readable } = await open(t);
    peer.sendFrame({ rsv: RSV1, opcode: binary, payload: hello });
    peer.sendFrame({ opcode: text, payload: 'plain' });
    peer.sendFrame({ rsv: RSV1, opcode: text, payload: Buffer.from([0]) });
    peer.sendFrame({ rsv: RSV1, opcode: text, payload: hello });
    const reader = readable.getReader();
    const { value } = await reader.read();
    assert.deepEqual(value, new Uint8Array(Buffer.from('Hello')));
    assert.equal(value.buffer.byteLength, 5);
    for (const expected of ['plain', '', 'Hello']) {
      assert.equal((await reader.read()).value, expected);
    }
  });

  test(named('a block that is marked as the last one does not harm what follows'), async (t) => {
    const { peer, readable } = await open(t);
    const last = Buffer.from([0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]);
    const reader = readable.getReader();
    for (const payload of [hello, last, last, hello]) {
      peer.sendFrame({ rsv: RSV1, opcode: text, payload });
      assert.equal((await reader.read()).value, 'Hello');
    }
  });

  test(named('a message as large as maxMessageSize passes, a larger one is refused'), async (t) => {
    const { peer, wss, readable } = await open(t, { maxMessageSize: 100_000 });
    const reader = readable.getReader();
    const good = await deflate(Buffer.alloc(100_000, 'a'));
    peer.sendFrame({ rsv: RSV1, opcode: text, payload: good });
    assert.equal((await reader.read()).value.length, 100_000);
    const bad = await deflate(Buffer.alloc(100_001, 'a'));
    peer.sendFrame({ rsv: RSV1, opcode: text, payload: bad });
    await endsWith(1009, { peer, wss, reader });
  });

  test(named('a bomb ends in 1009, whatever comes behind it'), async (t) => {
    const { peer, wss, readable } = await open(t, { maxMessageSize: 1_000_000 });
    const bomb = await deflate(Buffer.alloc(50_000_000), { level: 9 });
    peer.sendFrame({ rsv: RSV1, opcode: binary, payload: bomb });
    peer.sendRaw(Buffer.alloc(10_000, 0xff));
    await endsWith(1009, { peer, wss, reader: readable.getReader() });
  });

  const breaches = [
    ['RSV1 on a continuation', 1002, { rsv: RSV1, opcode: continuation, begun: true }],
    ['RSV1 on a ping', 1002, { rsv: RSV1, opcode: OPCODE.ping }],
    ['RSV1 on a Close frame', 1002, { rsv: RSV1, opcode: OPCODE.close }],
    ['RSV2 on a compressed message', 1002, { rsv: RSV1 | 2, opcode: text, payload: hello }],
    ['what is no DEFLATE', 1007, { rsv: RSV1, opcode: text, payload: 'Hello, world' }],
    ['a truncated block', 1007, { rsv: RSV1, opcode: text, payload: [0, 5, 0, 0xfa, 0xff, 65] }],
    [
      'text that is not UTF-8',
      1007,
      { rsv: RSV1, opcode: text, payload: [0, 1, 0, 0xfe, 0xff, 0xff, 0] },
    ],
  ];
  for (const [name, code, { begun, ...frame }] of breaches) {
    test(named(`${name} ends in ${code}`), async (t) => {
      const { peer, wss, readable } = await open(t);
      if (begun) peer.sendFrame({ fin: false, rsv: RSV1, opcode: text, payload: hello });
      peer.sendFrame(frame);
      await endsWith(code, { peer, wss, reader: readable.getReader() });
    });
  }
}

test('RSV1 is refused when the server did not accept compression', async (t) => {
  const { peer, wss, readable } = await openPair(t);
  peer.sendFrame({ rsv: RSV1, opcode: text, payload: hello });
  await endsWith(1002, { peer, wss, reader: readable.getReader() });
});

async function endsWith(code, { peer, wss, reader }) {
  const error = await rejection(reader.read());
  assertWebSocketError(error, { closeCode: code });
  assert.equal((await peer.untilClose()).code, code);
  peer.end();
  assert.equal(await rejection(wss.closed), error);
}
