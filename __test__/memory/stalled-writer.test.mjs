import assert from 'node:assert/strict';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

const MIB = 1024 * 1024;

for (const size of [1024, 100_000]) {
  test(`a client that writes ${size} bytes each to a peer that reads nothing grows by less than 8 MiB`, async (t) => {
    const server = await startServer(t);
    const program = startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [
      server.url,
    ]);
    const [, peer] = await Promise.all([program.ask({ name: 'open' }), server.peer()]);
    // The engine's own young generation grows with the first writes, read or not.
    const warmUp = Math.ceil(20_000_000 / size);
    await program.ask({ name: 'warmUp', count: warmUp, size });
    for (let i = 0; i < warmUp; i++) await peer.next();
    peer.pause();
    const written = await program.ask({ name: 'writeUntilBlocked', size, quiet: 1500 });
    assert.ok(written * size < kernelBufferBytes() + MIB, `${written} messages written`);
    const growth = await program.ask({ name: 'growth' });
    assert.ok(growth < 8 * MIB, `${growth} bytes more`);
    peer.resume();
    for (let i = 0; i < written; i++) assert.equal((await peer.nextBinary()).length, size);
  });
}
