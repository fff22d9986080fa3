import assert from 'node:assert/strict';
import { startProgram } from '../helpers/program.mjs';
import { isSteady } from '../helpers/steady-memory.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const MIB = 1024 * 1024;
const CYCLES = 500;
const BOUND = (isSteady ? 4 : 16) * MIB;

test('opening and closing connections leaves neither memory nor objects behind', async (t) => {
  const { url } = await startWsServer(t);
  const program = startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [url]);
  const cycle = { name: 'cycle', count: CYCLES };
  // The first rounds fill pools and compile; see docs/reliability.md for what there is.
  await program.ask(cycle, 30_000);
  await program.ask(cycle, 30_000);
  await program.ask({ name: 'open', count: 0 });
  const left = await program.ask(cycle, 30_000);
  // The newest may still be held by the frame that made it.
  assert.ok(left <= 2, `${left} streams of ${CYCLES} are still there`);
  await program.ask(cycle, 30_000);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < BOUND, `${growth} bytes more after ${2 * CYCLES} connections`);
}, 120_000);
