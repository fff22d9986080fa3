import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

for (const version of ['TLSv1.3', 'TLSv1.2']) {
  test(`text, binary and large messages pass over ${version} and back, and the close is clean`, async (t) => {
    const authority = await Authority.create();
    const tls = { ...(await authority.issue()), minVersion: version, maxVersion: version };
    const server = await startWsServer(t, { tls });
    const result = await fixtureResult(new URL('./fixtures/echo.mjs', import.meta.url), {
      args: [server.url],
      env: { NODE_EXTRA_CA_CERTS: await authority.file(t) },
    });
    assert.deepEqual(result, { sent: 12, same: 12, closeCode: 4321, reason: 'over TLS' });
  });
}
