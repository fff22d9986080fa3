import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

test('terminate() drops the socket without a Close frame and is unclean with 1006', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  wss.terminate();
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1006, reason: '' });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_TERMINATED');
  assert.equal(await rejection(readable.getReader().read()), error);
  assert.equal(await rejection(writable.getWriter().write('late')), error);
  assert.equal(await peer.next(), null);
});

test('terminate() does not wait for what was written to a server that does not read', async (t) => {
  const { wss, peer, writable } = await openPair(t, { server: { paused: true } });
  const write = writable.getWriter().write(new Uint8Array(32 * 1024 * 1024));
  wss.terminate();
  const error = await rejection(wss.closed);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_TERMINATED');
  assert.equal(await rejection(write), error);
  await peer.waitEnd();
});

test('terminate() cuts a closing handshake short', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close({ closeCode: 4000 });
  assert.equal((await peer.nextClose()).code, 4000);
  wss.terminate();
  const error = await rejection(wss.closed);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_TERMINATED');
});

test('what was received before terminate() can still be read', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  peer.sendText('first');
  peer.sendText('second');
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'first');
  wss.terminate();
  const error = await rejection(wss.closed);
  const second = await reader.read().catch((reason) => reason);
  if (second !== error) {
    assert.equal(second.value, 'second');
    assert.equal(await rejection(reader.read()), error);
  }
});

test('terminate() before the connection is open fails both promises', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const wss = new WebSocketStream(server.url);
  wss.terminate();
  const error = await rejection(wss.opened);
  assertWebSocketError(error, { closeCode: 1006, reason: '' });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_TERMINATED');
  assert.equal(await rejection(wss.closed), error);
});

test('terminate() after the end does nothing, however often', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.sendClose(1000);
  peer.end();
  const info = await wss.closed;
  wss.terminate();
  wss.terminate();
  assert.deepEqual(await wss.closed, info);
});

test('terminate, ref and unref throw a TypeError for foreign receivers', () => {
  const { prototype } = WebSocketStream;
  for (const member of ['terminate', 'ref', 'unref', Symbol.for('nodejs.ref')]) {
    assert.throws(() => prototype[member].call({}), TypeError, String(member));
  }
});
