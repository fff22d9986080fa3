import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';

for (const status of [200, 301, 400, 401, 404, 426, 503]) {
  test(`an answer with ${status} is in error.response`, async (t) => {
    const answer = {
      status,
      headers: { 'WWW-Authenticate': 'Bearer', 'Set-Cookie': ['a=1', 'b=2'] },
      body: `{"status":${status}}`,
    };
    const server = await startServer(t, { answer });
    const error = await rejection(new WebSocketStream(server.url).opened);
    assertWebSocketError(error);
    assert.equal(error.response.status, status);
    assert.ok(error.response.headers instanceof Headers);
    assert.equal(error.response.headers.get('www-authenticate'), 'Bearer');
    assert.deepEqual(error.response.headers.getSetCookie(), ['a=1', 'b=2']);
    assert.equal(error.response.body.constructor, Uint8Array);
    assert.equal(Buffer.from(error.response.body).toString(), `{"status":${status}}`);
    assert.match(error.message, new RegExp(`${status}`));
  });
}

test('a chunked body is in error.response without its chunk marks', async (t) => {
  const answer = {
    status: 403,
    headers: { 'Content-Length': null, 'Transfer-Encoding': 'chunked' },
    body: '4\r\nfor \r\n5\r\nbiden\r\n0\r\n\r\n',
  };
  const server = await startServer(t, { answer });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(Buffer.from(error.response.body).toString(), 'for biden');
});

test('a body that ends with the connection is in error.response', async (t) => {
  const answer = {
    status: 403,
    headers: { 'Content-Length': null, Connection: 'close' },
    body: 'to the end',
    end: true,
  };
  const server = await startServer(t, { answer });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(Buffer.from(error.response.body).toString(), 'to the end');
});

test('of a large body the first 64 KiB are kept', async (t) => {
  const server = await startServer(t, { answer: { status: 500, body: 'x'.repeat(1_000_000) } });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(error.response.status, 500);
  assert.equal(error.response.body.length, 64 * 1024);
});

for (const [title, headers] of [
  ['shorter than its length', { 'Content-Length': '100' }],
  ['without a last chunk', { 'Content-Length': null, 'Transfer-Encoding': 'chunked' }],
  ['without an end of the connection', { 'Content-Length': null, Connection: 'close' }],
]) {
  const body = headers['Transfer-Encoding'] ? '9\r\nonly some\r\n' : 'only some';

  test(`a body ${title} does not hide the refusal, however short handshakeTimeout is`, async (t) => {
    const server = await startServer(t, { answer: { status: 503, headers, body } });
    const wss = new WebSocketStream(server.url, { handshakeTimeout: 1000 });
    const error = await rejection(wss.opened);
    assertWebSocketError(error);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_REFUSED');
    assert.equal(error.response.status, 503);
    assert.equal(Buffer.from(error.response.body).toString(), 'only some');
    assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
  });
}

test('a body that breaks the rules is in error.response up to there', async (t) => {
  const headers = { 'Content-Length': null, 'Transfer-Encoding': 'chunked' };
  const answer = { status: 403, headers, body: '4\r\nfor \r\nzz\r\nbidden' };
  const server = await startServer(t, { answer });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(error.response.status, 403);
  assert.equal(Buffer.from(error.response.body).toString(), 'for ');
});

test('a compressed body is in error.response as it came', async (t) => {
  const { url } = await startTcpServer(t, (socket) => {
    const body = gzipSync('forbidden');
    const head = `HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.once('data', () => socket.write(Buffer.concat([Buffer.from(head), body])));
  });
  const { response } = await rejection(new WebSocketStream(url).opened);
  assert.equal(response.headers.get('content-encoding'), 'gzip');
  assert.equal(gunzipSync(response.body).toString(), 'forbidden');
});

test('a refusal in HTTP/1.0 is a refusal', async (t) => {
  const answer = { raw: 'HTTP/1.0 403 No\r\nX-Name: value\r\n\r\nto the end', end: true };
  const server = await startServer(t, { answer: { ...answer, status: 403 } });
  const { response } = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(response.status, 403);
  assert.equal(response.headers.get('x-name'), 'value');
  assert.equal(Buffer.from(response.body).toString(), 'to the end');
});

test('an error without an answer has no response', async (t) => {
  const server = await startServer(t, { answer: { raw: '', end: true } });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(error.response, undefined);
});
