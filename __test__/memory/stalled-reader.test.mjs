import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { untilSteady } from '../helpers/until.mjs';

const MIB = 1024 * 1024;
const COUNT = 200_000;
const BATCH = 1000;

test('a client that reads nothing grows by less than 8 MiB, and later reads all 200,000 in order', async (t) => {
  const server = await startServer(t);
  const program = startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [server.url]);
  const [, peer] = await Promise.all([program.ask({ name: 'open' }), server.peer()]);
  for (let i = 0; i < COUNT; i += BATCH) peer.sendRaw(batch(i));
  const accepted = await untilSteady(() => peer.accepted, 'what the kernel accepts', {
    quiet: 2000,
  });
  assert.ok(accepted < kernelBufferBytes() + MIB, `${accepted} bytes accepted`);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 8 * MIB, `${growth} bytes more`);
  const inOrder = await program.ask({ name: 'readNumbered', count: COUNT }, 60_000);
  assert.equal(inOrder, COUNT);
}, 120_000);

function batch(first) {
  return Buffer.concat(
    Array.from({ length: BATCH }, (_, i) => {
      const payload = Buffer.alloc(1024);
      payload.writeUInt32BE(first + i);
      return encodeFrame({ opcode: OPCODE.binary, payload });
    }),
  );
}
