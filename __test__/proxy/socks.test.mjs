import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { startSocksProxy } from '../helpers/proxies.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';

const authority = await Authority.create();

async function open(t, url, options) {
  const wss = new WebSocketStream(url, options);
  t.after(() => wss.close());
  return within(wss.opened, 'the connection is open');
}

test('socks5h: leaves the name of the server to the proxy', async (t) => {
  const server = await startServer(t, { tls: await authority.issue() });
  const proxy = await startSocksProxy(t);
  const url = `wss://localhost:${server.port}/`;
  const tls = { ca: authority.pem };
  await open(t, url, { tls, proxy: `socks5h://127.0.0.1:${proxy.port}` });
  assert.deepEqual(proxy.requests, [{ host: 'localhost', port: server.port }]);
});

test('socks5: looks the name of the server up on this side', async (t) => {
  const server = await startServer(t);
  const proxy = await startSocksProxy(t);
  const lookup = (host, options, done) => done(null, '127.0.0.1', 4);
  const url = `ws://name.test:${server.port}/`;
  await open(t, url, { lookup, proxy: `socks5://127.0.0.1:${proxy.port}` });
  assert.deepEqual(proxy.requests, [{ host: '127.0.0.1', port: server.port }]);
});

test('user name and password are sent to a SOCKS proxy that asks for them', async (t) => {
  const server = await startServer(t);
  const proxy = await startSocksProxy(t, { auth: { username: 'user', password: 'p@ss' } });
  const at = `127.0.0.1:${proxy.port}`;
  await open(t, server.url, { proxy: `socks5://user:p%40ss@${at}` });
  for (const url of [`socks5://user:wrong@${at}`, `socks5://${at}`]) {
    const error = await rejection(new WebSocketStream(server.url, { proxy: url }).opened);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
    assert.equal(error.response, undefined);
  }
});

test('a server that the SOCKS proxy cannot reach is a refusal by the proxy', async (t) => {
  const proxy = await startSocksProxy(t);
  const url = `socks5://127.0.0.1:${proxy.port}`;
  const error = await rejection(new WebSocketStream('ws://127.0.0.1:1/', { proxy: url }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
});
