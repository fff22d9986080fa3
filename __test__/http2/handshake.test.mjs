import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketStream } from '../../index.js';
import { acceptStream, startHttp2Server } from '../helpers/http2-server.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startConnectProxy, startSocksProxy } from '../helpers/proxies.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { until, within } from '../helpers/until.mjs';

const authority = await Authority.create();
const certificate = await authority.issue();
const tls = { ca: authority.pem };

function connect(t, url, options) {
  const wss = new WebSocketStream(url, { http2: true, ...options });
  wss.closed.catch(() => {});
  t.after(() => wss.terminate());
  return wss;
}

async function echo(wss) {
  const info = await within(wss.opened, 'the connection is open');
  const message = 'compressible '.repeat(1000);
  await info.writable.getWriter().write(message);
  assert.equal((await within(info.readable.getReader().read(), 'the echo')).value, message);
  return info;
}

test('a refusal has status, headers and body, and the connection goes on', async (t) => {
  const server = await startHttp2Server(t, {
    onStream(stream, headers) {
      if (headers[':path'] === '/good') return void acceptStream(stream);
      stream.respond({ ':status': 403, 'set-cookie': ['a=1', 'b=2'] });
      stream.end('you may not');
      return undefined;
    },
  });
  const good = connect(t, `${server.url}good`);
  await within(good.opened, 'the connection is open');
  const error = await rejection(connect(t, server.url).opened);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REFUSED');
  assert.equal(error.response.status, 403);
  assert.deepEqual(error.response.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.equal(Buffer.from(error.response.body).toString(), 'you may not');
  assert.equal(server.sessions.length, 1);
  good.close();
  await good.closed;
});

test('a redirect is followed at once although its body has no end', async (t) => {
  const server = await startHttp2Server(t, {
    onStream(stream, headers) {
      if (headers[':path'] === '/next') return void acceptStream(stream);
      stream.respond({ ':status': 307, location: '/next' });
      stream.write('moved');
      return undefined;
    },
  });
  const started = performance.now();
  await within(connect(t, server.url, { maxRedirects: 1 }).opened, 'the connection is open');
  // A body of a refusal is waited for two seconds.
  assert.ok(performance.now() - started < 1500);
});

test('a body without end does not hide the refusal, however short handshakeTimeout is', async (t) => {
  const server = await startHttp2Server(t, {
    onStream(stream) {
      stream.respond({ ':status': 503 });
      stream.write('only some');
    },
  });
  const error = await rejection(connect(t, server.url, { handshakeTimeout: 1000 }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REFUSED');
  assert.equal(error.response.status, 503);
  assert.equal(Buffer.from(error.response.body).toString(), 'only some');
});

test('of a body without end 64 KiB are kept, and the stream is reset', async (t) => {
  const server = await startHttp2Server(t, {
    onStream(stream) {
      stream.respond({ ':status': 500 });
      const more = () => {
        while (!stream.destroyed && stream.write(Buffer.alloc(16_384, 'x')));
      };
      stream.on('drain', more);
      more();
    },
  });
  const { response } = await rejection(connect(t, server.url).opened);
  assert.equal(response.body.length, 64 * 1024);
  await until(() => server.streams[0].destroyed, 'the stream is gone');
  assert.equal(server.streams[0].rstCode, CANCEL);
});

test('the first subprotocol that the server takes is agreed on', async (t) => {
  const server = await startHttp2Server(t);
  const info = await echo(connect(t, server.url, { protocols: ['chat', 'other'] }));
  assert.equal(info.protocol, 'chat');
  assert.equal(server.requests[0]['sec-websocket-protocol'], 'chat, other');
});

test('a subprotocol that was not asked for is refused', async (t) => {
  const onStream = (stream) => acceptStream(stream, {}, { 'sec-websocket-protocol': 'other' });
  const server = await startHttp2Server(t, { onStream });
  const error = await rejection(connect(t, server.url, { protocols: ['chat'] }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
  await until(() => server.streams[0].destroyed, 'the stream is gone');
});

test('permessage-deflate is agreed on and used', async (t) => {
  const server = await startHttp2Server(t);
  const wss = connect(t, server.url);
  const info = await echo(wss);
  assert.match(info.extensions, /^permessage-deflate/);
  const { bytesReceived, bytesSent, payloadSent } = wss.stats;
  assert.ok(bytesSent < payloadSent / 10 && bytesReceived < payloadSent / 10);
});

test('perMessageDeflate: false offers nothing, and an extension then is refused', async (t) => {
  const answer = { 'sec-websocket-extensions': 'permessage-deflate' };
  const server = await startHttp2Server(t, {
    onStream: (stream) => acceptStream(stream, {}, answer),
  });
  const error = await rejection(connect(t, server.url, { perMessageDeflate: false }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
  assert.equal(server.requests[0]['sec-websocket-extensions'], undefined);
});

test('a Host header becomes :authority', async (t) => {
  const server = await startHttp2Server(t);
  await echo(connect(t, server.url, { headers: { Host: 'other.example:1' } }));
  assert.equal(server.requests[0][':authority'], 'other.example:1');
  assert.equal(server.requests[0].host, undefined);
});

test('a server that insists on a certificate of this side is told by the code of its alert', async (t) => {
  const server = await startHttp2Server(t, {
    tls: { ...certificate, ca: authority.pem, requestCert: true, rejectUnauthorized: true },
  });
  const { cause } = await rejection(connect(t, server.url, { tls }).opened);
  assert.equal(cause.code, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  const identity = await authority.issue({ client: true });
  await echo(connect(t, server.url, { tls: { ...tls, ...identity } }));
});

for (const name of ['TE', 'Keep-Alive', 'Proxy-Connection']) {
  test(`the header ${name} is refused over HTTP/2`, async (t) => {
    const server = await startHttp2Server(t);
    const error = await rejection(connect(t, server.url, { headers: { [name]: 'x' } }).opened);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
    assert.match(error.cause.message, new RegExp(`${name}.*HTTP/2`, 'i'));
    assert.equal(server.requests.length, 0);
  });
}

test('redirects are followed, in the same connection where they lead there', async (t) => {
  const server = await startHttp2Server(t, {
    onStream(stream, headers) {
      if (headers[':path'] === '/there') return void acceptStream(stream);
      stream.respond({ ':status': 302, location: '/there' }, { endStream: true });
      return undefined;
    },
  });
  const wss = connect(t, server.url, { maxRedirects: 1 });
  const info = await within(wss.opened, 'the connection is open');
  assert.deepEqual([info.httpVersion, server.sessions.length], ['2', 1]);
  wss.close();
  await wss.closed;
});

test('handshakeTimeout ends the wait for an answer, and resets the stream only', async (t) => {
  const server = await startHttp2Server(t, {
    onStream: (stream, headers) => headers[':path'] === '/good' && acceptStream(stream),
  });
  const good = connect(t, `${server.url}good`);
  await within(good.opened, 'the connection is open');
  const error = await rejection(connect(t, server.url, { handshakeTimeout: 200 }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  await until(() => server.streams[1].destroyed, 'the stream is gone');
  assert.equal(server.streams[1].rstCode, CANCEL);
  assert.equal(server.sessions[0].destroyed, false);
  good.close();
});

for (const [way, abort] of [
  ['the signal', (controller) => controller.abort()],
  ['terminate()', (controller, wss) => wss.terminate()],
  ['close()', (controller, wss) => wss.close()],
]) {
  test(`${way} during the handshake resets the stream`, async (t) => {
    const server = await startHttp2Server(t, { onStream() {} });
    const controller = new AbortController();
    const wss = connect(t, server.url, { signal: controller.signal });
    const stream = await server.stream();
    abort(controller, wss);
    await rejection(wss.opened);
    await until(() => stream.destroyed, 'the stream is gone');
    assert.equal(stream.rstCode, CANCEL);
  });
}

test('ws+unix: speaks HTTP/2 over a Unix socket, and streams share it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'socket');
  const server = await startHttp2Server(t, { path });
  const infos = [
    await echo(connect(t, `ws+unix:${path}:/one`)),
    await echo(connect(t, `ws+unix:${path}:/two`)),
  ];
  assert.deepEqual(
    infos.map(({ httpVersion, remoteAddress }) => [httpVersion, remoteAddress]),
    [
      ['2', undefined],
      ['2', undefined],
    ],
  );
  assert.deepEqual(
    server.requests.map((headers) => headers[':path']),
    ['/one', '/two'],
  );
  assert.equal(server.sessions.length, 1);
});

test('a CONNECT proxy gives a tunnel for HTTP/2, which streams share', async (t) => {
  const server = await startHttp2Server(t, { tls: certificate });
  const proxy = await startConnectProxy(t);
  const options = { tls, proxy: proxy.url };
  const infos = await Promise.all(
    Array.from({ length: 3 }, () => echo(connect(t, server.url, options))),
  );
  assert.equal(infos[0].remotePort, proxy.port);
  assert.deepEqual([proxy.requests.length, server.sessions.length], [1, 1]);
  await echo(connect(t, server.url, { tls }));
  assert.equal(server.sessions.length, 2);
});

test('a SOCKS proxy gives a tunnel for HTTP/2 without TLS', async (t) => {
  const server = await startHttp2Server(t);
  const proxy = await startSocksProxy(t);
  await echo(connect(t, server.url, { proxy: `socks5://127.0.0.1:${proxy.port}` }));
  assert.equal(proxy.requests.length, 1);
});

const CANCEL = 8;
