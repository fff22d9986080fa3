import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { testingEnv } from '../helpers/testing-addon.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

test('a panic in the addon ends its connection uncleanly and no other', async (t) => {
  const { url } = await startWsServer(t);
  const { echoes, failures } = await fixtureResult(
    new URL('./fixtures/fault.mjs', import.meta.url),
    { args: [url], env: testingEnv },
  );
  assert.deepEqual(echoes, ['still 1', 'still 3']);
  for (const [closeCode, code, message] of failures) {
    assert.equal(closeCode, 1006);
    assert.equal(code, 'ERR_WEBSOCKET_INTERNAL');
    assert.match(message, /a fault on demand/);
  }
  assert.equal(failures.length, 2);
});
