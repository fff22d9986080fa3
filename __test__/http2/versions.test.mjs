import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:tls';
import { WebSocketStream } from '../../index.js';
import { startHttp2Server } from '../helpers/http2-server.mjs';
import { offline } from '../helpers/offline.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const certificate = await authority.issue();
const tls = { ca: authority.pem };

async function echo(url, options) {
  const wss = new WebSocketStream(url, { tls, ...options });
  const info = await within(wss.opened, 'the connection is open');
  await info.writable.getWriter().write('echo');
  assert.equal((await within(info.readable.getReader().read(), 'the echo')).value, 'echo');
  wss.close({ closeCode: 1000 });
  await wss.closed;
  return { version: info.httpVersion, alpn: info.tls?.alpnProtocol };
}

async function refusal(url, options) {
  const error = await rejection(new WebSocketStream(url, { tls, http2: true, ...options }).opened);
  assertWebSocketError(error, { closeCode: 1006 });
  return error.cause;
}

for (const value of ['yes', 'h2', 1, 0, null, {}, [true]]) {
  test(`http2 refuses ${JSON.stringify(value)} and says what it takes`, () => {
    assert.throws(() => offline('ws://h/', { http2: value }), {
      name: 'TypeError',
      message: /^http2 must be true, false or "auto", not /,
    });
  });
}

test('http2 takes true, false and "auto"', () => {
  for (const value of [true, false, 'auto', undefined]) {
    assert.equal(offline('ws://h/', { http2: value }).url, 'ws://h/');
  }
});

for (const http2 of [false, undefined]) {
  test(`http2: ${http2} speaks HTTP/1.1 to a server that has both`, async (t) => {
    const { url } = await startHttp2Server(t, { tls: { ...certificate, allowHTTP1: true } });
    assert.deepEqual(await echo(url, { http2 }), { version: '1.1', alpn: 'http/1.1' });
  });
}

test('http2: "auto" speaks HTTP/2 to a server that has both', async (t) => {
  const server = await startHttp2Server(t, { tls: { ...certificate, allowHTTP1: true } });
  const used = await echo(server.url, { http2: 'auto' });
  assert.deepEqual(used, { version: '2', alpn: 'h2' });
  assert.deepEqual([server.sessions.length, server.upgrades], [1, 0]);
});

test('http2: "auto" speaks HTTP/1.1 to a server that chooses it, in the same connection', async (t) => {
  const server = await startServer(t, {
    tls: { ...certificate, ALPNProtocols: ['http/1.1'] },
  });
  const wss = new WebSocketStream(server.url, { http2: 'auto', tls });
  const info = await within(wss.opened, 'the connection is open');
  assert.deepEqual([info.httpVersion, info.response.status], ['1.1', 101]);
  assert.equal(server.connections, 1);
  assert.equal(info.tls.alpnProtocol, 'http/1.1');
  wss.terminate();
});

test('http2: "auto" speaks HTTP/1.1 to a server that chooses nothing', async (t) => {
  const server = await startServer(t, { tls: certificate });
  const streams = Array.from(
    { length: 3 },
    () => new WebSocketStream(server.url, { http2: 'auto', tls }),
  );
  for (const wss of streams) {
    const info = await within(wss.opened, 'the connection is open');
    assert.deepEqual([info.httpVersion, info.tls.alpnProtocol], ['1.1', null]);
    wss.terminate();
  }
  assert.equal(server.requests.length, 3);
});

test('http2: "auto" speaks HTTP/1.1 where HTTP/2 takes no WebSockets', async (t) => {
  const server = await startHttp2Server(t, {
    tls: { ...certificate, allowHTTP1: true },
    announce: false,
  });
  const used = await echo(server.url, { http2: 'auto' });
  assert.deepEqual(used, { version: '1.1', alpn: 'http/1.1' });
  assert.deepEqual([server.sessions.length, server.requests.length, server.upgrades], [1, 0, 1]);
});

test('http2: "auto" speaks HTTP/1.1 when the server wants the request over that', async (t) => {
  const server = await startHttp2Server(t, {
    tls: { ...certificate, allowHTTP1: true },
    onStream: (stream) => stream.close(HTTP_1_1_REQUIRED),
  });
  assert.equal((await echo(server.url, { http2: 'auto' })).version, '1.1');
  const cause = await refusal(server.url);
  assert.equal(cause.code, 'ERR_WEBSOCKET_HTTP2');
  assert.match(cause.message, /HTTP_1_1_REQUIRED/);
});

test('http2: "auto" means HTTP/1.1 for ws:', async (t) => {
  const { url } = await startWsServer(t);
  assert.equal((await echo(url, { http2: 'auto' })).version, '1.1');
});

test('http2: true is refused by a TLS server that does not know ALPN', async (t) => {
  const server = await startServer(t, { tls: certificate });
  const cause = await refusal(server.url);
  assert.equal(cause.code, 'ERR_WEBSOCKET_NO_HTTP2');
  assert.match(cause.message, /does not speak HTTP\/2/);
  assert.equal(server.requests.length, 0);
});

test('http2: true is refused by a TLS server with other protocols', async (t) => {
  const server = createTlsServer({ ...certificate, ALPNProtocols: ['http/1.1'] });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cause = await refusal(`wss://localhost:${server.address().port}/`);
  assert.equal(cause.code, 'ERR_WEBSOCKET_NO_HTTP2');
});

test('http2: true is refused where HTTP/2 takes no WebSockets', async (t) => {
  for (const options of [{ announce: false }, { announce: false, tls: certificate }]) {
    const server = await startHttp2Server(t, options);
    const cause = await refusal(server.url);
    assert.equal(cause.code, 'ERR_WEBSOCKET_NO_HTTP2');
    assert.match(cause.message, /SETTINGS_ENABLE_CONNECT_PROTOCOL/);
    assert.equal(server.requests.length, 0);
  }
});

for (const [title, answer] of [
  ['answers in HTTP/1.1', { raw: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n' }],
  ['closes the socket', { raw: '', end: true }],
]) {
  test(`http2: true is refused by a ws: server that ${title}`, async (t) => {
    const { url } = await startServer(t, { answer: { status: 400, ...answer } });
    assert.equal((await refusal(url)).code, 'ERR_WEBSOCKET_NO_HTTP2');
  });
}

const HTTP_1_1_REQUIRED = 13;
