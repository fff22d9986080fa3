import assert from 'node:assert/strict';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { isSteady } from '../helpers/steady-memory.mjs';
import { test } from '../helpers/test.mjs';

const MIB = 1024 * 1024;
const COUNT = 600;
const BOUND = (isSteady ? 16 : 200) * MIB;

test('large messages that the program lets go of are given back', async (t) => {
  const server = await startServer(t);
  const program = startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [server.url]);
  const [, peer] = await Promise.all([program.ask({ name: 'open' }), server.peer()]);
  const sending = (async () => {
    for (let i = 0; i < COUNT; i++) {
      const message = Buffer.alloc(MIB);
      message.writeUInt32BE(i);
      await peer.sendBinary(message);
    }
  })();
  const reading = program.ask({ name: 'readNumbered', count: COUNT }, 60_000);
  assert.equal((await Promise.all([reading, sending]))[0], COUNT);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < BOUND, `${growth} bytes more after ${COUNT} MiB`);
}, 90_000);
