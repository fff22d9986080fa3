import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

test('a signal that is aborted already rejects both promises and makes no connection', async (t) => {
  const server = await startServer(t);
  const reason = { why: 'any value' };
  const wss = new WebSocketStream(server.url, { signal: AbortSignal.abort(reason) });
  assert.equal(await rejection(wss.opened), reason);
  assert.equal(await rejection(wss.closed), reason);
  // A connection that is made afterwards and arrives alone proves that none was on its way.
  await new WebSocketStream(server.url).opened;
  assert.equal(server.connections, 1);
});

const reasons = [
  ['no reason', (controller) => controller.abort()],
  ['an Error', (controller) => controller.abort(new Error('own'))],
  ['a string', (controller) => controller.abort('text')],
  ['null', (controller) => controller.abort(null)],
];

for (const [title, abort] of reasons) {
  test(`an abort during the handshake with ${title} rejects both promises with that reason`, async (t) => {
    const server = await startServer(t, { answer: { silent: true } });
    const controller = new AbortController();
    const wss = new WebSocketStream(server.url, { signal: controller.signal });
    await until(() => server.requests.length === 1, 'the request arrives');
    abort(controller);
    const reason = controller.signal.reason;
    assert.equal(await rejection(wss.opened), reason);
    assert.equal(await rejection(wss.closed), reason);
    await until(() => server.open === 0, 'the connection is gone');
  });
}

test('signal: an abort in the turn of the constructor rejects both promises', async (t) => {
  const server = await startServer(t);
  const controller = new AbortController();
  const wss = new WebSocketStream(server.url, { signal: controller.signal });
  const reason = new Error('at once');
  controller.abort(reason);
  assert.equal(await rejection(wss.opened), reason);
  assert.equal(await rejection(wss.closed), reason);
  await until(() => server.open === 0, 'no connection is left');
});

test('AbortSignal.timeout rejects with its TimeoutError', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const wss = new WebSocketStream(server.url, { signal: AbortSignal.timeout(50) });
  const error = await rejection(wss.opened);
  assert.equal(error.name, 'TimeoutError');
  assert.equal(await rejection(wss.closed), error);
});

test('an abort after the connection is open does nothing', async (t) => {
  const controller = new AbortController();
  const { peer, readable, writable } = await openPair(t, { client: { signal: controller.signal } });
  controller.abort();
  await writable.getWriter().write('connected');
  assert.equal(await peer.nextText(), 'connected');
  peer.sendText('both ways');
  assert.equal((await readable.getReader().read()).value, 'both ways');
});

test('an abort after a failed handshake changes nothing', async (t) => {
  const server = await startServer(t, { answer: { status: 404 } });
  const controller = new AbortController();
  const wss = new WebSocketStream(server.url, { signal: controller.signal });
  const error = await rejection(wss.closed);
  controller.abort();
  assert.equal(await rejection(wss.closed), error);
  assert.equal(error.name, 'WebSocketError');
});

test('an open connection leaves no listener on the signal', async (t) => {
  const { signal } = new AbortController();
  await openPair(t, { client: { signal } });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('one signal can abort many connections', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const controller = new AbortController();
  const streams = Array.from(
    { length: 20 },
    () => new WebSocketStream(server.url, { signal: controller.signal }),
  );
  await until(() => server.requests.length === 20, 'all requests arrive');
  controller.abort();
  for (const wss of streams) {
    assert.equal(await rejection(wss.opened), controller.signal.reason);
    assert.equal(await rejection(wss.closed), controller.signal.reason);
  }
  await until(() => server.open === 0, 'the connections are gone');
});

test('a listener that stops the event does not keep a connection from being aborted', async (t) => {
  const server = await startServer(t, { answer: { silent: true } });
  const controller = new AbortController();
  controller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation());
  const wss = new WebSocketStream(server.url, { signal: controller.signal });
  controller.abort();
  assert.equal(await rejection(wss.opened), controller.signal.reason);
  await until(() => server.open === 0, 'the connection is gone');
});
