import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { quietPort } from '../helpers/quiet-port.mjs';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

test('a port where nobody listens rejects with the cause ECONNREFUSED', async (t) => {
  const port = await quietPort(t);
  const wss = new WebSocketStream(`ws://127.0.0.1:${port}/`);
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assert.ok(error.cause instanceof Error);
  assert.equal(error.cause.code, 'ECONNREFUSED');
  assert.ok(error.message.includes(`127.0.0.1:${port}`), error.message);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
});

test('localhost with a port where nobody listens rejects with the cause ECONNREFUSED', async (t) => {
  const port = await quietPort(t);
  const error = await rejection(new WebSocketStream(`ws://localhost:${port}/`).opened);
  assert.equal(error.cause.code, 'ECONNREFUSED');
  assert.ok(error.message.includes(`localhost:${port}`), error.message);
});

test('a name that does not exist rejects with the code of a lookup by Node, ENOTFOUND', async () => {
  // Without a name server in reach the code is EAI_AGAIN, in Node as well.
  const expected = await rejection(lookup('no-such-host.invalid'));
  const wss = new WebSocketStream('ws://no-such-host.invalid:8080/');
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assert.equal(error.cause.code, expected.code);
  assert.match(error.cause.code, /^(ENOTFOUND|EAI_AGAIN)$/);
  assert.match(error.message, /no-such-host\.invalid/);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
});

test('localhost is reached although it has an address where nobody listens', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(`ws://localhost:${server.port}/`);
  const { remotePort } = await wss.opened;
  assert.equal(remotePort, server.port);
});

test('a server that never answers is given up after handshakeTimeout', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const wss = new WebSocketStream(server.url, { handshakeTimeout: 200 });
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  assert.ok(error.message.includes(`127.0.0.1:${server.port}`), error.message);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
  await until(() => server.open === 0, 'the connection is gone');
});

test('a server that answers too slowly is given up after handshakeTimeout', async (t) => {
  const headers = { 'X-Long': 'x'.repeat(200_000) };
  const server = await startServer(t, { answer: { dribble: true, headers } });
  const wss = new WebSocketStream(server.url, { handshakeTimeout: 200 });
  assertWebSocketError(await rejection(wss.opened));
});

test('handshakeTimeout does nothing once the connection is open', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url, { handshakeTimeout: 500 });
  const [{ readable }, peer] = await Promise.all([wss.opened, server.peer()]);
  const start = performance.now();
  await until(() => performance.now() - start > 700, 'the timeout has passed');
  peer.sendText('still open');
  assert.equal((await readable.getReader().read()).value, 'still open');
});

test('a reset during the handshake rejects with the cause ECONNRESET', async (t) => {
  const { url } = await startTcpServer(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const wss = new WebSocketStream(url);
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assert.equal(error.cause.code, 'ECONNRESET');
});
