import assert from 'node:assert/strict';
import { acceptDeflate, deflate } from '../helpers/deflate.mjs';
import { OPCODE } from '../helpers/frame.mjs';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

const MIB = 1024 * 1024;
const RSV1 = 4;

async function start(t, { count, parameters, options }) {
  const server = await startServer(t, acceptDeflate(parameters));
  const program = startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [server.url]);
  const peers = Array.from({ length: count }, () => server.peer());
  await program.ask({ name: 'open', count, options });
  return { program, peers: await Promise.all(peers) };
}

for (const parameters of ['', '; server_no_context_takeover']) {
  test(`1 MB that would inflate to 1 GB ends in 1009 without the memory${parameters}`, async (t) => {
    const options = { maxMessageSize: 8 * MIB };
    const { program, peers } = await start(t, { count: 1, parameters, options });
    const [peer] = peers;
    const piece = Buffer.concat([await deflate(Buffer.alloc(MIB)), Buffer.from([0, 0, 255, 255])]);
    const payload = Buffer.concat(Array.from({ length: 1000 }, () => piece));
    peer.sendFrame({ rsv: RSV1, opcode: OPCODE.binary, payload });
    assert.equal((await peer.untilClose()).code, 1009);
    const growth = await program.ask({ name: 'growth' });
    assert.ok(growth < 24 * MIB, `${growth} bytes more`);
  });
}

test('connections without contexts to keep share the memory for inflating', async (t) => {
  const parameters = '; server_no_context_takeover';
  const { program, peers } = await start(t, { count: 400, parameters });
  const payload = await deflate('a text, a text, a text. '.repeat(100));
  for (const peer of peers) {
    peer.sendFrame({ fin: false, rsv: RSV1, opcode: OPCODE.text, payload: payload.subarray(0, 9) });
    peer.sendFrame({ opcode: OPCODE.continuation, payload: payload.subarray(9) });
    peer.ping();
    while ((await peer.next()).opcode !== OPCODE.pong);
  }
  const read = await program.ask({ name: 'readEach' });
  assert.deepEqual(read, [2400]);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 8 * MIB, `${growth} bytes more for 400 connections`);
});
