import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { test } from '../helpers/test.mjs';

const flags = process.allowedNodeEnvironmentFlags;
const program = new URL('../tls/fixtures/outcome.mjs', import.meta.url);

/** What a program under the permission model gets, which may load addons and read files. */
function underModel(url, ...more) {
  const model = flags.has('--permission') ? '--permission' : '--experimental-permission';
  // Without the flag, lines that do not have it allow addons.
  const addons = flags.has('--allow-addons') ? ['--allow-addons'] : [];
  const execArgv = [model, '--allow-fs-read=*', ...addons, ...more];
  return runFixture(program, { args: [url], execArgv });
}

test('under the permission model connecting needs --allow-net where Node has it', async (t) => {
  const { url } = await startWsServer(t);
  const { stdout, stderr } = await underModel(url);
  assert.equal(stdout, flags.has('--allow-net') ? 'ERR_ACCESS_DENIED\n' : 'open\n', stderr);
});

test('under the permission model --allow-net lets connect', async (t) => {
  const { url } = await startWsServer(t);
  const { stdout, stderr } = await underModel(
    url,
    ...(flags.has('--allow-net') ? ['--allow-net'] : []),
  );
  assert.equal(stdout, 'open\n', stderr);
});

test('under the permission model a Unix socket is refused as any other', async () => {
  const { stdout, stderr } = await underModel('ws+unix:/no/such/socket');
  assert.equal(stdout, flags.has('--allow-net') ? 'ERR_ACCESS_DENIED\n' : 'ENOENT\n', stderr);
});

test('under the permission model nothing is looked up or dialled that is not allowed', async (t) => {
  const server = await startWsServer(t);
  let connections = 0;
  server.server.on('connection', () => (connections += 1));
  const named = server.url.replace('127.0.0.1', 'localhost');
  const { stdout } = await underModel(named);
  assert.equal(stdout, flags.has('--allow-net') ? 'ERR_ACCESS_DENIED\n' : 'open\n');
  assert.equal(connections, flags.has('--allow-net') ? 0 : 1);
});
