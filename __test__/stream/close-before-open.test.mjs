import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

test('close() right after the constructor rejects opened and closed', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url);
  assert.equal(wss.close(), undefined);
  assertWebSocketError(await rejection(wss.opened));
  assertWebSocketError(await rejection(wss.closed));
});

test('close() during the handshake rejects both promises and drops the connection', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const wss = new WebSocketStream(server.url);
  await until(() => server.requests.length === 1, 'the request arrives');
  wss.close({ closeCode: 4000, reason: 'given up' });
  assertWebSocketError(await rejection(wss.opened));
  assertWebSocketError(await rejection(wss.closed));
  await until(() => server.open === 0, 'the connection is gone');
});

test('close() checks its argument before the connection is open too', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url);
  assert.throws(() => wss.close({ closeCode: 1001 }), { name: 'InvalidAccessError' });
  const { protocol } = await wss.opened;
  assert.equal(protocol, '');
});

test('a second close() before the connection is open does nothing', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const wss = new WebSocketStream(server.url);
  wss.close();
  const error = await rejection(wss.closed);
  wss.close({ closeCode: 4000 });
  assert.equal(await rejection(wss.closed), error);
});
