import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { runFixture } from '../helpers/child.mjs';
import { startConnectProxy } from '../helpers/proxies.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const fixture = new URL('./fixtures/life.mjs', import.meta.url);

/** Everything that a program may be given and a log must not have. */
const headers = {
  Authorization: 'Bearer secret',
  Cookie: 'session=secret',
  'Proxy-Authorization': 'Basic secret',
  'X-Token': 'secret',
};

/** What is printed, by line. */
async function log(url, options, env = { NODE_DEBUG: 'websocketstream' }) {
  const { code, stderr } = await runFixture(fixture, { args: [url, JSON.stringify(options)], env });
  assert.equal(code, 0, stderr);
  return stderr;
}

/**
 * @param {string} stderr
 * @param {string[]} words
 */
function assertTells(stderr, words) {
  const lines = stderr.split('\n').filter((line) => line.startsWith('WEBSOCKETSTREAM'));
  for (const word of words) {
    assert.ok(
      lines.some((line) => line.includes(word)),
      `${word}\n${stderr}`,
    );
  }
  // Also as base64 has it, whatever comes before it.
  assert.doesNotMatch(stderr, /secret|c2VjcmV0|NlY3JldA|zZWNyZX/);
}

const life = [
  'connecting to',
  'handshake: status 101',
  'open:',
  'ping-sent',
  'pong-received',
  'closed',
];

test('NODE_DEBUG=websocketstream prints the life of a connection without its secrets', async (t) => {
  const { port } = await startWsServer(t);
  const url = `ws://user:secret@127.0.0.1:${port}/?token=secret`;
  assertTells(await log(url, { headers }), life);
  assertTells(await log(url, { headers: { 'X-Token': 'secret' } }), life);
});

test('neither the login of a proxy nor a passphrase is printed', async (t) => {
  const authority = await Authority.create();
  const { url } = await startWsServer(t, { tls: await authority.issue() });
  const proxy = await startConnectProxy(t, { login: 'user:secret' });
  const { cert, key } = await authority.issue({ client: true });
  const encrypted = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const options = {
    headers,
    tls: { ca: authority.pem, cert, key: encrypted, passphrase: 'secret' },
    proxy: { url: proxy.url.replace('//', '//user:secret@'), headers },
  };
  assertTells(await log(url, options), life);
});

const failures = [
  ['a refusal', { status: 401, headers: { 'Set-Cookie': 'secret' }, body: 'secret' }, 'status 401'],
  ['an answer that is no HTTP', { raw: 'secret\r\n\r\n' }, 'failed'],
];
for (const [title, answer, word] of failures) {
  test(`${title} is printed without the secrets of either side`, async (t) => {
    const { port } = await startServer(t, { answer });
    const url = `ws://user:secret@127.0.0.1:${port}/?token=secret`;
    assertTells(await log(url, { headers }), ['connecting to', word]);
  });
}

test('a proxy that refuses the login is printed without the login', async (t) => {
  const { url } = await startWsServer(t);
  const proxy = await startConnectProxy(t, { login: 'user:other' });
  const options = { headers, proxy: proxy.url.replace('//', '//user:secret@') };
  assertTells(await log(url, options), ['connecting to', 'failed']);
});

test('nothing is printed without NODE_DEBUG', async (t) => {
  const { url } = await startWsServer(t);
  assert.equal(await log(url, { headers }, {}), '');
});
