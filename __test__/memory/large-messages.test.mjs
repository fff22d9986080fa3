import assert from 'node:assert/strict';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

const MIB = 1024 * 1024;
const COUNT = 600;

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
  // A collection may leave some of what it found to threads of the engine.
  assert.ok(growth < 200 * MIB, `${growth} bytes more after ${COUNT} MiB`);
}, 90_000);
