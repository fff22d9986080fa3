import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { startConnectProxy } from '../helpers/proxies.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const tls = { ca: authority.pem };
const certificate = await authority.issue();

/** Opens, echoes and closes. */
async function echo(url, options) {
  const wss = new WebSocketStream(url, options);
  const info = await within(wss.opened, 'the connection is open');
  await info.writable.getWriter().write('through');
  assert.equal((await info.readable.getReader().read()).value, 'through');
  wss.close();
  await wss.closed;
  return info;
}

for (const secure of [false, true]) {
  const scheme = secure ? 'wss:' : 'ws:';

  test(`an http: proxy is asked for a tunnel to a ${scheme} server`, async (t) => {
    const server = await startWsServer(t, secure ? { tls: certificate } : {});
    const proxy = await startConnectProxy(t);
    const info = await echo(server.url, { tls, proxy: proxy.url });
    assert.equal(info.remotePort, proxy.port);
    assert.equal(proxy.requests.length, 1);
    const { method, hostname, port } = proxy.requests[0];
    const host = new URL(server.url).hostname;
    assert.deepEqual([method, hostname, Number(port)], ['CONNECT', host, server.port]);
  });

  test(`proxy.tls: an https: proxy is asked over TLS for a tunnel to a ${scheme} server`, async (t) => {
    const server = await startWsServer(t, secure ? { tls: certificate } : {});
    const proxy = await startConnectProxy(t, { tls: await authority.issue() });
    await echo(server.url, { tls, proxy: { url: proxy.url, tls } });
    assert.equal(proxy.requests[0].method, 'CONNECT');
  });
}

test('proxy.url is a string or a URL, as proxy itself', async (t) => {
  const server = await startWsServer(t);
  const proxy = await startConnectProxy(t);
  const url = new URL(proxy.url);
  for (const option of [proxy.url, url, { url: proxy.url }, { url }]) {
    const { remotePort } = await echo(server.url, { proxy: option });
    assert.equal(remotePort, proxy.port);
  }
  assert.equal(proxy.requests.length, 4);
});

test('user name and password of the proxy are percent-decoded and sent to it alone', async (t) => {
  const seen = [];
  const server = await startWsServer(t);
  server.server.on('connection', (socket, request) => seen.push(request.headers));
  const proxy = await startConnectProxy(t, { login: 'us/er:pass word' });
  const url = proxy.url.replace('//', '//us%2Fer:pass%20word@');
  await echo(server.url, { proxy: url });
  assert.equal(seen[0]['proxy-authorization'], undefined);
});

test('proxy.headers are sent to the proxy alone', async (t) => {
  const seen = [];
  const server = await startWsServer(t);
  server.server.on('connection', (socket, request) => seen.push(request.headers));
  const proxy = await startConnectProxy(t);
  await echo(server.url, { proxy: { url: new URL(proxy.url), headers: { 'X-Tenant': 'a' } } });
  assert.equal(proxy.requests[0].headers['x-tenant'], 'a');
  assert.equal(seen[0]['x-tenant'], undefined);
});

test('a refusal by the proxy is told apart from one by the server', async (t) => {
  const server = await startWsServer(t);
  const proxy = await startConnectProxy(t, { login: 'a:b' });
  const refused = await rejection(new WebSocketStream(server.url, { proxy: proxy.url }).opened);
  assert.equal(refused.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
  assert.equal(refused.response.status, 407);
  assert.match(refused.message, /the proxy failed/);

  const http = createServer((request, response) => response.writeHead(401).end());
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => http.close());
  const open = await startConnectProxy(t);
  const url = `ws://127.0.0.1:${http.address().port}/`;
  const byServer = await rejection(new WebSocketStream(url, { proxy: open.url }).opened);
  assert.equal(byServer.cause.code, 'ERR_WEBSOCKET_REFUSED');
  assert.equal(byServer.response.status, 401);
});

test('a proxy that cannot be reached is named in the error', async () => {
  const wss = new WebSocketStream('ws://example.test/', { proxy: 'http://127.0.0.1:1' });
  const error = await rejection(wss.opened);
  assert.equal(error.cause.code, 'ECONNREFUSED');
  assert.match(error.message, /example\.test:80.*proxy.*127\.0\.0\.1:1/);
});

for (const scheme of ['http:', 'socks5:', 'socks5h:']) {
  test(`a ${scheme} proxy whose name is unknown is named in the error`, async () => {
    const fault = Object.assign(new Error('no such name'), {
      code: 'ENOTFOUND',
      hostname: 'p.test',
    });
    const lookup = (host, options, done) => done(host === 'p.test' ? fault : new Error(host));
    const options = { proxy: `${scheme}//p.test:1`, lookup };
    const error = await rejection(new WebSocketStream('ws://example.test/', options).opened);
    assert.match(error.message, /example\.test:80 failed: the proxy failed: no such name$/);
    assert.equal(error.cause.code, 'ENOTFOUND');
    assert.equal(error.cause.hostname, 'p.test');
    assert.equal(error.cause.cause, fault);
    assert.equal(fault.message, 'no such name');
  });
}

test('a proxy whose certificate is not trusted is not used', async (t) => {
  const server = await startWsServer(t);
  const proxy = await startConnectProxy(t, { tls: await authority.issue() });
  const error = await rejection(new WebSocketStream(server.url, { proxy: proxy.url }).opened);
  assert.equal(error.cause.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  assert.match(error.message, /the proxy failed/);
  assert.equal(proxy.requests.length, 0);
});
