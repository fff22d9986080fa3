import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { flood, startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

/** What a connection through a proxy that does `onSocket` fails with. */
async function failure(t, onSocket, { scheme = 'http', url = 'ws://a.test/', ...options } = {}) {
  let open = 0;
  const proxy = await startTcpServer(t, (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    onSocket(socket);
  });
  const wss = new WebSocketStream(url, {
    proxy: `${scheme}://127.0.0.1:${proxy.port}`,
    ...options,
  });
  const error = await rejection(wss.opened);
  assertWebSocketError(error, { closeCode: 1006 });
  await until(() => open === 0, 'the connection to the proxy is gone');
  return error;
}

const answering = (bytes) => (socket) => socket.once('data', () => socket.write(bytes));

for (const status of [403, 404, 407, 502, 503]) {
  test(`a CONNECT proxy that answers ${status} refuses, with its answer in response`, async (t) => {
    const answer = `HTTP/1.1 ${status} No\r\nX-Proxy: p\r\nContent-Length: 6\r\n\r\nno way`;
    const error = await failure(t, answering(answer));
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
    assert.equal(error.response.status, status);
    assert.equal(error.response.headers.get('x-proxy'), 'p');
    assert.equal(Buffer.from(error.response.body).toString(), 'no way');
    assert.match(error.message, /a\.test:80 failed: the proxy failed: .*status \d+/);
  });
}

test('a redirect by a proxy is a refusal, and not followed', async (t) => {
  const answer = 'HTTP/1.1 302 Found\r\nLocation: ws://b.test/\r\nContent-Length: 0\r\n\r\n';
  const error = await failure(t, answering(answer), { maxRedirects: 5 });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
  assert.equal(error.response.status, 302);
});

test('a refusal whose body has no end is told before handshakeTimeout is over', async (t) => {
  const answer = 'HTTP/1.1 403 No\r\nContent-Length: 99\r\n\r\nno way';
  const error = await failure(t, answering(answer), { handshakeTimeout: 1000 });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
  assert.equal(Buffer.from(error.response.body).toString(), 'no way');
});

const broken = [
  ['random bytes', Buffer.alloc(50, 0x99), /not valid HTTP/],
  ['a TLS alert', Buffer.from([21, 3, 3, 0, 2, 2, 40]), /not valid HTTP/],
  ['bytes behind its answer', 'HTTP/1.1 200 OK\r\n\r\nmore', /bytes behind the head/],
  ['300 header lines', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(300)}\r\n`, /256 lines/],
  ['100 interim answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100), /interim answers/],
];
for (const [title, bytes, message] of broken) {
  test(`a CONNECT proxy that sends ${title} breaks the rules`, async (t) => {
    const error = await failure(t, answering(bytes));
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY');
    assert.match(error.message, /the proxy failed/);
    assert.match(error.message, message);
    assert.equal(error.response, undefined);
  });
}

for (const scheme of ['http', 'socks5h']) {
  for (const [title, act] of [
    ['ends', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ]) {
    test(`a ${scheme}: proxy that ${title} the connection is ECONNRESET`, async (t) => {
      const error = await failure(t, (socket) => socket.once('data', () => act(socket)), {
        scheme,
      });
      assert.equal(error.cause.code, 'ECONNRESET');
      assert.match(error.message, /the proxy failed/);
    });
  }

  test(`a ${scheme}: proxy that stalls is given up after handshakeTimeout`, async (t) => {
    const error = await failure(t, (socket) => socket.resume(), {
      scheme,
      handshakeTimeout: 300,
    });
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
    assert.match(error.message, /300 ms/);
  });
}

test('a CONNECT proxy that sends a head without end is given up', async (t) => {
  const error = await failure(t, (socket) => {
    socket.once('data', () => flood(socket, 'HTTP/1.1 200 OK X: '));
  });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY');
});

test('an https: proxy that does not speak TLS fails as such', async (t) => {
  const error = await failure(t, answering('HTTP/1.1 400 Bad Request\r\n\r\n'), {
    scheme: 'https',
  });
  assert.equal(error.cause.code, 'ERR_SSL_WRONG_VERSION_NUMBER');
  assert.match(error.message, /the proxy failed/);
});

test('a server behind a tunnel that never answers is given up after handshakeTimeout', async (t) => {
  const tunnel = answering('HTTP/1.1 200 OK\r\n\r\n');
  for (const url of ['ws://a.test/', 'wss://a.test/']) {
    const error = await failure(t, tunnel, { url, handshakeTimeout: 300 });
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  }
});

test('line breaks in user name, password and name of the server do not reach a proxy', async (t) => {
  const heads = [];
  const proxy = await startTcpServer(t, (socket) => {
    socket.once('data', (data) => {
      heads.push(String(data));
      socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const option = `http://u%0d%0aX-Injected:%201:p%00%0a@127.0.0.1:${proxy.port}`;
  await rejection(new WebSocketStream('ws://a.test/', { proxy: option }).opened);
  const [, encoded] = /^proxy-authorization: Basic (.*)$/im.exec(heads[0]);
  assert.equal(Buffer.from(encoded, 'base64').toString(), 'u\r\nX-Injected: 1:p\0\n');
  assert.doesNotMatch(heads[0], /^x-injected/im);
  for (const headers of [{ 'X-A': 'a\r\nb' }, { 'X\nA': 'a' }, { 'X-A': 'a\0' }]) {
    const url = `http://127.0.0.1:${proxy.port}`;
    assert.throws(
      () => new WebSocketStream('ws://a.test/', { proxy: { url, headers } }),
      TypeError,
    );
  }
});
