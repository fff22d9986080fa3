import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { offline } from '../helpers/offline.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startConnectProxy, startSocksProxy } from '../helpers/proxies.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { WebSocketStream } from '../../index.js';

const authority = await Authority.create();
const auth = { username: 'alice', password: 's3cret' };

async function open(t, url, options) {
  const wss = new WebSocketStream(url, options);
  t.after(() => wss.close());
  return within(wss.opened, 'the connection is open');
}

for (const id of ['GHSA-vmh5-mc38-953g', 'GHSA-hm92-r4w5-c3mj']) {
  test(`${id}: with socks5h: this side never looks the name of the server up`, async (t) => {
    const server = await startServer(t);
    const proxy = await startSocksProxy(t);
    const asked = [];
    const lookup = (host, options, done) => {
      asked.push(host);
      done(new Error('this name is for the proxy alone'));
    };
    const options = { lookup, proxy: `socks5h://127.0.0.1:${proxy.port}` };
    await open(t, `ws://localhost:${server.port}/`, options);
    assert.deepEqual(asked, []);
    assert.deepEqual(proxy.requests, [{ host: 'localhost', port: server.port }]);
  });

  test(`${id}: a certificate for another name is refused through a SOCKS proxy`, async (t) => {
    const server = await startServer(t, { tls: await authority.issue({ hosts: ['other.test'] }) });
    const proxy = await startSocksProxy(t);
    const tls = { ca: authority.pem };
    const options = { tls, proxy: `socks5h://127.0.0.1:${proxy.port}` };
    const error = await rejection(new WebSocketStream(server.url, options).opened);
    assert.equal(error.cause.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.equal(server.requests.length, 0);
  });

  test(`${id}: a certificate that nobody trusts is refused through a SOCKS proxy`, async (t) => {
    const server = await startServer(t, { tls: await authority.issue() });
    const proxy = await startSocksProxy(t);
    const options = { proxy: `socks5h://127.0.0.1:${proxy.port}` };
    assertWebSocketError(await rejection(new WebSocketStream(server.url, options).opened));
    assert.equal(server.requests.length, 0);
  });

  test(`${id}: the server hears nothing of the login for the proxy`, async (t) => {
    const server = await startServer(t);
    const proxy = await startSocksProxy(t, { auth });
    const url = `socks5://${auth.username}:${auth.password}@127.0.0.1:${proxy.port}`;
    await open(t, server.url, { proxy: url });
    const text = JSON.stringify(server.requests[0]);
    assert.doesNotMatch(text, /alice|s3cret|roxy-Authorization/i);
  });

  test(`${id}: a login that a SOCKS proxy refuses is in no message`, async (t) => {
    const server = await startServer(t);
    const proxy = await startSocksProxy(t, { auth: { ...auth, password: 'another' } });
    const url = `socks5://${auth.username}:${auth.password}@127.0.0.1:${proxy.port}`;
    const error = await rejection(new WebSocketStream(server.url, { proxy: url }).opened);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
    assert.doesNotMatch(`${error.stack}${error.cause.stack}`, /alice|s3cret/);
    assert.equal(server.requests.length, 0);
  });

  test(`${id}: a login of more than 255 bytes is refused, and never cut off`, async (t) => {
    const server = await startServer(t);
    const proxy = await startSocksProxy(t, { auth });
    const url = `socks5://${'u'.repeat(256)}:p@127.0.0.1:${proxy.port}`;
    const error = await rejection(new WebSocketStream(server.url, { proxy: url }).opened);
    assert.match(error.message, /255 bytes/);
    assert.equal(proxy.requests.length, 0);
  });
}

for (const [title, character] of [
  ['CR', '\r'],
  ['LF', '\n'],
  ['NUL', '\0'],
  ['CR LF', '\r\nX-Injected: 1'],
]) {
  const encoded = encodeURIComponent(character);

  test(`CVE-2026-1527: ${title} in a header for the proxy is refused before anything is sent`, () => {
    for (const headers of [
      { 'X-Name': `a${character}b` },
      { [`X${character}Name`]: 'a' },
      [['Proxy-Authorization', `a${character}b`]],
    ]) {
      const proxy = { url: 'http://127.0.0.1:1/', headers };
      assert.throws(() => offline(undefined, { proxy }), TypeError);
    }
  });

  test(`CVE-2026-1527: ${title} in the login for a CONNECT proxy injects nothing`, async (t) => {
    const server = await startWsServer(t);
    const login = `u${character}v:p${character}q`;
    const proxy = await startConnectProxy(t, { login });
    const at = `u${encoded}v:p${encoded}q@127.0.0.1:${proxy.port}`;
    await open(t, server.url, { proxy: `http://${at}/` });
    const [{ headers }] = proxy.requests;
    assert.equal(headers['x-injected'], undefined);
    const expected = Buffer.from(login).toString('base64');
    assert.equal(headers['proxy-authorization'], `Basic ${expected}`);
  });

  test(`CVE-2026-1527: ${title} in the login for a SOCKS proxy is part of the login`, async (t) => {
    const server = await startServer(t);
    const [username, password] = [`u${character}v`, `p${character}q`];
    const proxy = await startSocksProxy(t, { auth: { username, password } });
    const at = `u${encoded}v:p${encoded}q@127.0.0.1:${proxy.port}`;
    await open(t, server.url, { proxy: `socks5://${at}` });
    assert.equal(proxy.requests.length, 1);
  });

  test(`CVE-2026-1527: ${title} in the name of a host is refused before anything is sent`, () => {
    const host = `a${encoded}b`;
    assert.throws(() => offline(`ws://${host}/`), { name: 'SyntaxError' });
    for (const scheme of ['http', 'https']) {
      const proxy = `${scheme}://${host}:8080/`;
      assert.throws(() => offline(undefined, { proxy }), TypeError);
    }
  });
}

test('GHSA-83pc-3rw9-qpwj: without leave for the network no address is reached, named or not', async (t) => {
  const server = await startWsServer(t);
  const flags = process.allowedNodeEnvironmentFlags;
  const model = flags.has('--permission') ? '--permission' : '--experimental-permission';
  const addons = flags.has('--allow-addons') ? ['--allow-addons'] : [];
  const execArgv = [model, '--allow-fs-read=*', ...addons];
  const { port } = new URL(server.url);
  // Leave is given for all of the network or for nothing, so no name stands for an address.
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433']) {
    const { stdout, stderr } = await runFixture(
      new URL('../tls/fixtures/outcome.mjs', import.meta.url),
      { args: [`ws://${host}:${port}/`], execArgv },
    );
    assert.equal(stdout, flags.has('--allow-net') ? 'ERR_ACCESS_DENIED\n' : 'open\n', stderr);
  }
});
