// What V8 and malloc do with the memory of chunks that the program lets go of.

import assert from 'node:assert/strict';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

const MIB = 1024 * 1024;
const TOTAL = 1024 * MIB;

/** As programs are started, without what makes memory easy to measure. */
const asUsual = { env: {}, flags: ['--expose-gc'] };

test('a flood of large chunks does not make V8 collect its whole heap time and again', async (t) => {
  const { collections } = await receive(t);
  // Left alone, V8 of Node 24 does it for every 64 MiB.
  assert.ok(collections < TOTAL / (256 * MIB), `${collections} collections of everything`);
}, 60_000);

test('the memory of large chunks is used again and not taken from the system each time', async (t) => {
  const { faults } = await receive(t);
  const pages = TOTAL / 4096;
  // Other C libraries have limits of their own.
  const most = process.report.getReport().header.glibcVersionRuntime ? pages / 4 : 2 * pages;
  assert.ok(faults < most, `${faults} pages were taken for ${pages}`);
}, 60_000);

/** Reads `TOTAL` bytes in messages of 1 MiB, after a quarter of it to get under way. */
async function receive(t) {
  const server = await startServer(t);
  const fixture = new URL('./fixtures/client.mjs', import.meta.url);
  const program = startProgram(t, fixture, [server.url], asUsual);
  const [, peer] = await Promise.all([program.ask({ name: 'open' }), server.peer()]);
  const count = TOTAL / MIB;
  const message = new Uint8Array(MIB);
  const sending = (async () => {
    for (let i = 0; i < 1.25 * count; i++) await peer.sendBinary(message);
  })();
  await program.ask({ name: 'readAndCount', count: count / 4 }, 30_000);
  const counts = await program.ask({ name: 'readAndCount', count }, 30_000);
  await sending;
  return counts;
}
