import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { testingEnv } from '../helpers/testing-addon.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

test('workers that end or are terminated leave no connection, thread or descriptor', async (t) => {
  const { url, server } = await startWsServer(t);
  const { most, alive } = await fixtureResult(
    new URL('./fixtures/many-workers.mjs', import.meta.url),
    { args: [url], env: testingEnv },
  );
  assert.equal(most, 12 * 20);
  assert.ok(alive <= 1, `${alive} connections`);
  assert.ok(server.clients.size <= 1);
});
