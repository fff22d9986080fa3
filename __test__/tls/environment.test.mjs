import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { Authority, selfSigned } from '../helpers/tls.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const fixture = new URL('./fixtures/outcome.mjs', import.meta.url);

async function emptyFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), 'keylog-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('NODE_EXTRA_CA_CERTS adds to what is trusted', async (t) => {
  const authority = await Authority.create();
  const { url } = await startWsServer(t, { tls: await authority.issue() });
  const env = { NODE_EXTRA_CA_CERTS: await authority.file(t) };
  const { stdout } = await runFixture(fixture, { args: [url], env });
  assert.equal(stdout, 'open\n');
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 accepts any certificate, with the warning of Node', async (t) => {
  const { url } = await startWsServer(t, { tls: await selfSigned() });
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const { stdout, stderr } = await runFixture(fixture, { args: [url], env });
  assert.equal(stdout, 'open\n');
  assert.equal(
    stderr.match(/NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0'/g)?.length,
    1,
  );
});

test('tls.rejectUnauthorized: true outweighs NODE_TLS_REJECT_UNAUTHORIZED=0', async (t) => {
  const { url } = await startWsServer(t, { tls: await selfSigned() });
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const args = [url, '{"tls":{"rejectUnauthorized":true}}'];
  const { stdout } = await runFixture(fixture, { args, env });
  assert.equal(stdout, 'DEPTH_ZERO_SELF_SIGNED_CERT\n');
});

for (const how of ['SSLKEYLOGFILE', '--tls-keylog', 'NODE_OPTIONS']) {
  test(`${how} names the file for the secrets of the sessions`, async (t) => {
    const { url } = await startWsServer(t, { tls: await selfSigned() });
    const file = join(await emptyFolder(t), 'keys.log');
    const flag = `--tls-keylog=${file}`;
    const { stdout } = await runFixture(fixture, {
      args: [url, '{"tls":{"rejectUnauthorized":false}}'],
      execArgv: how === '--tls-keylog' ? [flag] : [],
      env:
        how === 'SSLKEYLOGFILE' ? { [how]: file } : how === 'NODE_OPTIONS' ? { [how]: flag } : {},
    });
    assert.equal(stdout, 'open\n');
    const log = await readFile(file, 'utf8');
    assert.match(log, /^CLIENT_TRAFFIC_SECRET_0 [\da-f]{64} [\da-f]{64,96}$/m);
  });
}
