// Messages one by one, each answered: the reader's thread then waits for the socket itself.

import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const TURNS = 500;

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';
  test(`a long dialogue over ${over} loses and mixes up nothing`, async (t) => {
    const { peer, reader, writer } = await openDialogue(t, secure);
    for (let i = 0; i < TURNS; i++) {
      await turn({ peer, reader, writer }, messageOf(i));
      // Something that is no message, and needs the network thread, now and then.
      if (i % 100 === 50) peer.ping(Buffer.from([i % 256]));
    }
    peer.sendClose(1000, 'enough');
    peer.end();
    assert.deepEqual(await reader.read(), { value: undefined, done: true });
  });

  test(`a dialogue over ${over} may become a flood, and a dialogue again`, async (t) => {
    const { peer, reader, writer } = await openDialogue(t, secure);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 60; i++) await turn({ peer, reader, writer }, messageOf(i));
      for (let i = 0; i < 3000; i++) peer.sendText(`${i}`);
      for (let i = 0; i < 3000; i++) assert.equal((await reader.read()).value, `${i}`);
      for (let i = 0; i < 30; i++) peer.sendBinary(Buffer.alloc(300_000, i));
      for (let i = 0; i < 30; i++) {
        const { value } = await reader.read();
        assert.equal(value.length, 300_000);
        assert.ok(value.every((byte) => byte === i));
      }
    }
  });
}

test('a peer that drops a dialogue is seen at once, and so is a ping of either side', async (t) => {
  const { peer, reader, writer, wss } = await openDialogue(t, false);
  for (let i = 0; i < 60; i++) await turn({ peer, reader, writer }, 'x');
  const pong = wss.ping();
  const { payload } = await peer.next();
  peer.sendFrame({ opcode: OPCODE.pong, payload });
  assert.ok((await within(pong, 'the pong')) >= 0);
  for (let i = 0; i < 60; i++) await turn({ peer, reader, writer }, 'x');
  const closed = assert.rejects(wss.closed, { name: 'WebSocketError', closeCode: 1006 });
  const read = assert.rejects(reader.read());
  peer.destroy();
  await within(Promise.all([closed, read]), 'the end');
});

test('a process and its workers end by themselves after dialogues, and amid them when terminated', async (t) => {
  const { url } = await startWsServer(t);
  const result = await fixtureResult(new URL('./fixtures/dialogues.mjs', import.meta.url), {
    args: [url],
  });
  assert.deepEqual(result, { main: 300, ended: [0, 0], terminated: [1, 1, 1] });
});

async function openDialogue(t, secure) {
  const authority = secure ? await Authority.create() : undefined;
  const options = authority && {
    server: { tls: await authority.issue() },
    client: { tls: { ca: authority.pem } },
  };
  const { peer, readable, writable, wss } = await openPair(t, options);
  return { peer, wss, reader: readable.getReader(), writer: writable.getWriter() };
}

/** One message there and the same one back. */
async function turn({ peer, reader, writer }, message) {
  const read = reader.read();
  writer.write(message);
  // A pong may come first.
  let frame;
  do frame = await peer.next();
  while (frame.opcode > 2);
  if (typeof message === 'string') peer.sendText(frame.payload.toString());
  else peer.sendBinary(frame.payload);
  const { value } = await read;
  if (typeof message === 'string') assert.equal(value, message);
  else assert.ok(Buffer.from(message).equals(value));
}

/** Messages of all sizes, most of them small. */
function messageOf(i) {
  if (i % 90 === 80) return Buffer.alloc(100_000, i);
  if (i % 30 === 20) return `${i} é `.repeat(1000);
  return i % 2 === 0 ? `message ${i}` : Buffer.from([i, i >> 8]);
}
