import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

for (const status of [200, 301, 401, 404, 503]) {
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

test('a body that never ends does not hold up the error', async (t) => {
  const answer = { status: 500, headers: { 'Content-Length': '100' }, body: 'only some' };
  const server = await startServer(t, { answer });
  const wss = new WebSocketStream(server.url, { handshakeTimeout: 500 });
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
});

test('an error without an answer has no response', async (t) => {
  const server = await startServer(t, { answer: { raw: '', end: true } });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(error.response, undefined);
});
