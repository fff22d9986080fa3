import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureResult, runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { Authority, selfSigned } from '../helpers/tls.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const fixture = new URL('./fixtures/outcome.mjs', import.meta.url);

/** Prints more of what became of it. */
const program = new URL('./fixtures/connect.mjs', import.meta.url);

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

test('--use-system-ca trusts what SSL_CERT_FILE names, where Node has the flag', async (t) => {
  const authority = await Authority.create();
  const { url } = await startWsServer(t, { tls: await authority.issue() });
  const env = { SSL_CERT_FILE: await authority.file(t) };
  const without = await runFixture(fixture, { args: [url], env });
  assert.equal(without.stdout, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE\n');
  // On other systems the store of the system counts, and SSL_CERT_FILE does not.
  const flag = '--use-system-ca';
  const hasFlag = process.allowedNodeEnvironmentFlags.has(flag) && process.platform === 'linux';
  const { stdout } = await runFixture(fixture, {
    args: [url],
    env,
    execArgv: hasFlag ? [flag] : [],
  });
  assert.equal(stdout, hasFlag ? 'open\n' : without.stdout);
});

for (const [flag, version] of [
  ['--tls-min-v1.3', 'TLSv1.3'],
  ['--tls-max-v1.2', 'TLSv1.2'],
  ['--tls-min-v1.0', 'TLSv1.3'],
]) {
  test(`with ${flag} ${version} is agreed on`, async (t) => {
    const authority = await Authority.create();
    const { url } = await startWsServer(t, { tls: await authority.issue() });
    const env = { NODE_EXTRA_CA_CERTS: await authority.file(t) };
    const result = await fixtureResult(program, { args: [url], env, execArgv: [flag] });
    assert.equal(result.protocol, version);
  });
}

for (const [flag, serverVersions] of [
  ['--tls-min-v1.3', { maxVersion: 'TLSv1.2' }],
  ['--tls-max-v1.2', { minVersion: 'TLSv1.3' }],
]) {
  test(`with ${flag} a server of the other version is refused, as by Node`, async (t) => {
    const authority = await Authority.create();
    const tls = { ...(await authority.issue()), ...serverVersions };
    const { url } = await startWsServer(t, { tls });
    const env = { NODE_EXTRA_CA_CERTS: await authority.file(t) };
    const result = await fixtureResult(program, { args: [url], env, execArgv: [flag] });
    assert.equal(result.opened, false);
    assert.match(result.nodeCode, /PROTOCOL/);
    assert.match(result.code, /PROTOCOL/);
  });
}

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
