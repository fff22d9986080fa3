import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { test } from '../helpers/test.mjs';

const flags = process.allowedNodeEnvironmentFlags;

test('under the permission model connecting needs --allow-net where Node has it', async (t) => {
  const server = await startWsServer(t);
  const model = flags.has('--permission') ? '--permission' : '--experimental-permission';
  const addons = flags.has('--allow-addons') ? ['--allow-addons'] : [];
  const { stdout, stderr } = await runFixture(
    new URL('../tls/fixtures/outcome.mjs', import.meta.url),
    {
      args: [server.url],
      execArgv: [model, '--allow-fs-read=*', ...addons],
    },
  );
  assert.equal(stdout, flags.has('--allow-net') ? 'ERR_ACCESS_DENIED\n' : 'open\n', stderr);
});
