import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConnectProxy, startSocksProxy } from '../helpers/proxies.mjs';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority, selfSigned } from '../helpers/tls.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { runCommand } from './command.mjs';

const authority = await Authority.create();
const other = await Authority.create('Another authority');
const certificate = await authority.issue();
const client = await authority.issue({ hosts: ['a client'], client: true });

/** Files with the given contents, in the order in which they are given. */
async function files(t, ...contents) {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  t.after(() => rm(folder, { recursive: true }));
  const names = contents.map((_, i) => join(folder, `${i}.pem`));
  await Promise.all(contents.map((content, i) => writeFile(names[i], content)));
  return names;
}

const greet = { onConnection: (socket) => socket.close(1000) };

test('--ca trusts the authorities in a file, and in several', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate, ...greet });
  const [right, wrong, both] = await files(
    t,
    authority.pem,
    other.pem,
    `${other.pem}\n${authority.pem}`,
  );
  for (const args of [
    ['--ca', right],
    ['--ca', wrong, '--ca', right],
    ['--ca', both],
  ]) {
    const { code, stderr } = await runCommand(t, [url, ...args]);
    assert.equal(code, 0, stderr);
  }
});

test('exit code 5: a certificate that --ca does not vouch for, and the error says why', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate, ...greet });
  const [wrong] = await files(t, other.pem);
  for (const args of [[], ['--ca', wrong]]) {
    const { code, stderr } = await runCommand(t, [url, ...args]);
    assert.equal(code, 5);
    assert.match(stderr, /localhost:\d+ failed/);
  }
});

for (const [title, options] of [
  ['has expired', { expired: true }],
  ['is for another name', { hosts: ['other.test'] }],
]) {
  test(`exit code 5: a certificate that ${title}, unless --insecure is given`, async (t) => {
    const tls = await authority.issue(options);
    const { url } = await startWsServer(t, { tls, ...greet });
    const [ca] = await files(t, authority.pem);
    assert.equal((await runCommand(t, [url, '--ca', ca])).code, 5);
    assert.equal((await runCommand(t, [url, '--ca', ca, '--insecure'])).code, 0);
  });
}

test('--insecure and -k accept a certificate that nobody signed', async (t) => {
  const { url } = await startWsServer(t, { tls: await selfSigned(), ...greet });
  assert.equal((await runCommand(t, [url])).code, 5);
  for (const flag of ['--insecure', '-k']) {
    assert.equal((await runCommand(t, [url, flag])).code, 0);
  }
});

test('--cert and --key show a certificate to a server that asks for one', async (t) => {
  let subject;
  const tls = { ...certificate, ca: authority.pem, requestCert: true };
  const { url } = await startWsServer(t, {
    tls,
    onConnection(socket, request) {
      subject = request.socket.getPeerCertificate().subject?.CN;
      socket.close(1000);
    },
  });
  const [ca, cert, key] = await files(t, authority.pem, client.cert, client.key);
  const { code } = await runCommand(t, [url, '--ca', ca, '--cert', cert, '--key', key]);
  assert.equal(code, 0);
  assert.equal(subject, 'a client');
});

test('exit code 2: files that hold something else than the option needs', async (t) => {
  const [ca, cert, foreign, nonsense] = await files(
    t,
    authority.pem,
    client.cert,
    certificate.key,
    'nonsense',
  );
  for (const args of [
    ['--ca', nonsense],
    ['--cert', cert],
    ['--key', foreign],
    ['--cert', cert, '--key', foreign],
    ['--cert', cert, '--key', nonsense],
    ['--ca', ca, '--cert', '/does/not/exist', '--key', foreign],
  ]) {
    const { code, stderr } = await runCommand(t, ['wss://localhost:1', ...args]);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
  }
});

test('--proxy goes through proxies of all kinds, with user name and password', async (t) => {
  const { url } = await startWsServer(t, greet);
  const login = 'user:secret';
  const http = await startConnectProxy(t, { login });
  const socks = await startSocksProxy(t, { auth: { username: 'user', password: 'secret' } });
  for (const proxy of [
    http.url.replace('//', `//${login}@`),
    `socks5://${login}@127.0.0.1:${socks.port}`,
    `socks5h://${login}@127.0.0.1:${socks.port}`,
  ]) {
    const { code, stdout, stderr } = await runCommand(t, [url, '--proxy', proxy, '--json']);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /secret/);
  }
  assert.deepEqual([http.requests.length, socks.requests.length], [1, 2]);
});

test('exit code 6: the proxy refuses, and the password is not shown', async (t) => {
  const { url } = await startWsServer(t, greet);
  const proxy = await startConnectProxy(t, { login: 'user:right' });
  const option = proxy.url.replace('//', '//user:secret@');
  const { code, stderr } = await runCommand(t, [url, '--proxy', option]);
  assert.equal(code, 6);
  assert.match(stderr, /the proxy failed.*407/);
  assert.doesNotMatch(stderr, /secret/);
});

test('exit code 6: the proxy does not speak what it should', async (t) => {
  const { port } = await startTcpServer(t, (socket) => {
    socket.once('data', () => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
  });
  for (const scheme of ['http', 'socks5']) {
    const args = ['ws://127.0.0.1:1', '--proxy', `${scheme}://127.0.0.1:${port}`];
    assert.equal((await runCommand(t, args)).code, 6);
  }
});

test('exit code 4: nobody listens where the proxy should be', async (t) => {
  const { code, stderr } = await runCommand(t, ['ws://a.test', '--proxy', 'http://127.0.0.1:1']);
  assert.equal(code, 4);
  assert.match(stderr, /proxy.*127\.0\.0\.1:1/);
});

test('exit code 7: the proxy stalls', async (t) => {
  const { port } = await startTcpServer(t, (socket) => socket.resume());
  const args = ['ws://a.test', '--proxy', `http://127.0.0.1:${port}`, '--timeout', '0.2'];
  assert.equal((await runCommand(t, args)).code, 7);
});

test('exit code 2: --proxy is no proxy', async (t) => {
  for (const proxy of ['nonsense', 'ftp://a.test', 'a.test:80']) {
    const { code, stderr } = await runCommand(t, ['ws://a.test', '--proxy', proxy]);
    assert.equal(code, 2);
    assert.match(stderr, /proxy/);
  }
});

test('-H sends headers, and replaces Host', async (t) => {
  let seen;
  const { url } = await startWsServer(t, {
    onConnection(socket, request) {
      seen = request.rawHeaders;
      socket.close(1000);
    },
  });
  const args = ['-H', 'Host: other.test', '--header', 'X-Empty:', '-H', 'X-Two:  a: b '];
  assert.equal((await runCommand(t, [url, ...args])).code, 0);
  const value = (name) => seen[seen.findIndex((entry) => entry.toLowerCase() === name) + 1];
  assert.equal(value('host'), 'other.test');
  assert.equal(value('x-empty'), '');
  assert.equal(value('x-two'), 'a: b');
});

test('exit code 2: -H is no header, or one of the handshake', async (t) => {
  const server = await startServer(t);
  for (const header of [
    'X-Name',
    ': value',
    'a b: c',
    'X-Name: a\r\nX-Injected: b',
    'Upgrade: h2c',
    'Sec-WebSocket-Key: x',
  ]) {
    const { code, stderr } = await runCommand(t, [server.url, '-H', header]);
    assert.equal(code, 2, `${header}: ${stderr}`);
  }
  assert.equal(server.connections, 0);
});

for (const [title, answer] of [
  ['a wrong accept key', { accept: 'wrong' }],
  ['a redirect', { status: 302, headers: { Location: '/next' } }],
  ['no HTTP', { raw: 'nonsense\r\n' }],
]) {
  test(`exit code 6: the server answers with ${title}`, async (t) => {
    const server = await startServer(t, { answer });
    assert.equal((await runCommand(t, [server.url])).code, 6);
  });
}

test('exit code 10: the server breaks the protocol', async (t) => {
  const server = await startServer(t, { answer: { body: Buffer.from([0xff, 0]) } });
  const { code } = await runCommand(t, [server.url, '--no-stdin']);
  assert.equal(code, 10);
});
