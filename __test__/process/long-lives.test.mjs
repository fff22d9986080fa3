import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { isSteady, steadyMemory } from '../helpers/steady-memory.mjs';
import { test } from '../helpers/test.mjs';
import { testingEnv } from '../helpers/testing-addon.mjs';
import { until } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Other systems have too few ports for so many connections that have just ended. */
const COUNT = process.platform === 'linux' ? 5000 : 1000;
const DEADLINE_MS = 90_000;

test(
  `a process can open ${COUNT} connections, let them idle and close them, again and again`,
  async (t) => {
    const { url, server } = await startWsServer(t);
    const result = await fixtureResult(new URL('./fixtures/thousands.mjs', import.meta.url), {
      args: [url, COUNT],
      env: { ...testingEnv, ...steadyMemory.env },
      execArgv: steadyMemory.flags,
      deadline: DEADLINE_MS,
    });
    assert.deepEqual(result.alive, [COUNT, COUNT]);
    assert.deepEqual(result.codes, [1005]);
    assert.ok(result.perConnection < 64 * KIB, `${result.perConnection} bytes each`);
    assert.ok(result.growth < (isSteady ? 8 : 32) * MIB, `${result.growth} bytes more`);
    await until(() => server.clients.size === 0, 'the server has seen every end');
  },
  DEADLINE_MS,
);

test('a busy event loop neither stops the heartbeat nor makes the peer look dead', async (t) => {
  const { url } = await startWsServer(t);
  const { before, during, value, closeCode } = await fixtureResult(
    new URL('./fixtures/busy-loop.mjs', import.meta.url),
    { args: [url] },
  );
  assert.ok(before >= 5, `${before} pings while the loop was busy`);
  assert.ok(during >= 2, `${during} pings while the loop stood still`);
  assert.deepEqual([value, closeCode], ['still here', 1000]);
});
