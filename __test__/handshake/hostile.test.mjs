import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { openPair } from '../helpers/pair.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { acceptKey, startServer } from '../helpers/server.mjs';
import { flood, startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';

/** The error of a connection to a server that does `onSocket`, which has to come soon. */
async function failure(t, onSocket, { scheme = 'ws:', ...options } = {}) {
  const server = await startTcpServer(t, onSocket);
  const url = server.url.replace('ws:', scheme);
  const wss = new WebSocketStream(url, { handshakeTimeout: 10_000, ...options });
  const error = await rejection(wss.opened);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(await rejection(wss.closed), error);
  assert.notEqual(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  return error;
}

const afterRequest = (act) => (socket) => socket.once('data', () => act(socket));

const headers = (count) => Array.from({ length: count }, (_, i) => `X-${i}: v\r\n`).join('');
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n';

test('an answer with 10,000 header lines fails with the limits in its message', async (t) => {
  const answer = `${SWITCHING}${headers(10_000)}\r\n`;
  const error = await failure(
    t,
    afterRequest((socket) => socket.write(answer)),
  );
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
  assert.match(error.message, /more than 256 lines or 64 KiB/);
});

const endless = [
  ['an endless header line', `${SWITCHING}X: `, 'x'.repeat(1000), /64 KiB/],
  ['endless header lines', SWITCHING, 'X-Name: value\r\n', /64 KiB/],
  ['endless interim answers', '', 'HTTP/1.1 102 Processing\r\n\r\n', /more than 32 interim/],
  ['endless large ones', '', `HTTP/1.1 103 Hints\r\n${headers(200)}\r\n`, /more than 32 interim/],
];
for (const [title, start, piece, message] of endless) {
  test(`${title} are given up, and cost little`, async (t) => {
    const before = process.memoryUsage.rss();
    const started = process.cpuUsage();
    const error = await failure(
      t,
      afterRequest((socket) => {
        socket.write(start);
        flood(socket, piece);
      }),
    );
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
    assert.match(error.message, message);
    assert.ok(process.cpuUsage(started).user < 2_000_000);
    assert.ok(process.memoryUsage.rss() - before < 64 * 1024 * 1024);
  });
}

test('32 interim answers before the 101 are passed over', async (t) => {
  const before = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(32);
  const { info } = await openPair(t, { server: { answer: { before } } });
  assert.equal(info.response.status, 101);
  assert.equal(info.response.headers.get('link'), null);
});

const ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 40]);
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const noHttp = [
  ['random bytes', Buffer.alloc(100, 0x99)],
  ['a TLS alert', ALERT],
  ['HTTP/2 SETTINGS', SETTINGS],
  ['the banner of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a status line of HTTP/2.0', 'HTTP/2.0 101 Switching\r\n\r\n'],
  ['a status that is no number', 'HTTP/1.1 abc\r\n\r\n'],
  ['a folded header', `${SWITCHING}X-Name: a\r\n b\r\n\r\n`],
  ['a blank before a colon', `${SWITCHING}X-Name : a\r\n\r\n`],
  ['NUL in a header', `${SWITCHING}X-Name: a\0b\r\n\r\n`],
  ['a Content-Length that is no number', 'HTTP/1.1 403 No\r\nContent-Length: a\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 403 No\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length beyond all numbers', `HTTP/1.1 403 No\r\nContent-Length: ${'9'.repeat(30)}\r\n\r\n`],
];
for (const [title, bytes] of noHttp) {
  test(`${title} in place of an answer is an error at once`, async (t) => {
    const error = await failure(
      t,
      afterRequest((socket) => socket.write(bytes)),
    );
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
    assert.match(error.message, /not valid HTTP/);
    assert.equal(error.response, undefined);
  });
}

for (const [title, bytes] of [
  ['random bytes', Buffer.alloc(100, 0x99)],
  ['a 101', `${SWITCHING}\r\n`],
]) {
  test(`${title} before the request is an error at once`, async (t) => {
    const error = await failure(t, (socket) => socket.write(bytes));
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
  });
}

const END = /ECONNRESET|EPIPE/;
const tlsFailures = [
  ['a TLS alert', (socket) => socket.end(ALERT), /^ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE$/],
  ['random bytes', (socket) => socket.write(Buffer.alloc(99, 0x99)), /^ERR_SSL_WRONG_VERSION_/],
  ['FIN', (socket) => socket.end(), END],
  ['RST', (socket) => socket.resetAndDestroy(), END],
];
for (const scheme of ['ws:', 'wss:']) {
  for (const [title, act] of tlsFailures.slice(2)) {
    test(`an immediate ${title} is ECONNRESET for ${scheme}`, async (t) => {
      const error = await failure(t, act, { scheme });
      assert.match(error.cause.code, END);
    });
  }
}
for (const [title, act, code] of tlsFailures) {
  test(`${title} in answer to the first message of TLS is an error at once`, async (t) => {
    const error = await failure(t, afterRequest(act), { scheme: 'wss:' });
    assert.match(error.cause.code, code);
  });
}

test('RST in the middle of the answer is ECONNRESET', async (t) => {
  const error = await failure(
    t,
    afterRequest((socket) => socket.write(`${SWITCHING}Up`, () => socket.resetAndDestroy())),
  );
  assert.equal(error.cause.code, 'ECONNRESET');
});

for (const name of ['Sec-WebSocket-Accept', 'Sec-WebSocket-Protocol']) {
  test(`${name} in two lines is refused, also when both say the same`, async (t) => {
    const value = (sent) => (name.endsWith('Accept') ? acceptKey(sent) : 'chat');
    const answer = (request) => ({
      headers: { 'Sec-WebSocket-Protocol': 'chat', [name]: [value(request), value(request)] },
    });
    const server = await startServer(t, { answer });
    const error = await rejection(new WebSocketStream(server.url, { protocols: ['chat'] }).opened);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
    assert.match(error.message, new RegExp(`${name} more than once`, 'i'));
  });
}

test('a server name that cannot be one fails before anything is sent', async (t) => {
  let bytes = 0;
  const onSocket = (socket) => socket.on('data', (data) => (bytes += data.length));
  for (const servername of ['a\r\nb', 'a\0b', 'a b']) {
    const error = await failure(t, onSocket, { scheme: 'wss:', tls: { servername } });
    assert.match(error.message, /is no name/);
  }
  assert.equal(bytes, 0);
});
