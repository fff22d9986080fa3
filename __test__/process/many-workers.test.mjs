import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { testingEnv } from '../helpers/testing-addon.mjs';
import { Authority } from '../helpers/tls.mjs';
import { until } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const DEADLINE_MS = 60_000;

test(
  'workers that end or are terminated leave no connection, thread or descriptor',
  async (t) => {
    const authority = await Authority.create();
    const ws = { perMessageDeflate: true };
    const plain = await startWsServer(t, { ws });
    const secure = await startWsServer(t, { ws, tls: await authority.issue() });
    const { most } = await fixtureResult(new URL('./fixtures/many-workers.mjs', import.meta.url), {
      args: [plain.url, secure.url],
      env: { ...testingEnv, NODE_EXTRA_CA_CERTS: await authority.file(t) },
      deadline: DEADLINE_MS,
    });
    assert.equal(most, 12 * 12);
    for (const { server } of [plain, secure]) {
      await until(() => server.clients.size === 0, 'the server has seen every end');
    }
  },
  DEADLINE_MS,
);
