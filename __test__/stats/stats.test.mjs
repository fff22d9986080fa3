import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { offline } from '../helpers/offline.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

test('stats before the connection is open are zero', () => {
  assert.deepEqual(offline().stats, {
    openedAt: null,
    bytesReceived: 0,
    bytesSent: 0,
    messagesReceived: 0,
    messagesSent: 0,
    payloadReceived: 0,
    payloadSent: 0,
    pingsReceived: 0,
    pingsSent: 0,
    pongsReceived: 0,
    receiveBuffered: 0,
    sendBuffered: 0,
    roundTrip: null,
  });
});

test('stats count messages, their bytes and the bytes of their frames', async (t) => {
  const before = Date.now();
  const { wss, peer, readable, writable } = await openPair(t);
  const { openedAt } = wss.stats;
  assert.ok(openedAt >= before && openedAt <= Date.now());
  const writer = writable.getWriter();
  await writer.write('h\u00e9');
  await writer.write(new Uint8Array(300));
  await peer.next();
  await peer.next();
  await until(() => wss.stats.sendBuffered === 0, 'everything is sent');
  peer.sendText('answer');
  const reader = readable.getReader();
  await reader.read();
  const { messagesSent, payloadSent, bytesSent, ...stats } = wss.stats;
  assert.deepEqual(
    { messagesSent, payloadSent, bytesSent },
    // Headers of 2 and 4 bytes, and a mask of 4 bytes each.
    { messagesSent: 2, payloadSent: 303, bytesSent: 303 + 6 + 8 },
  );
  assert.equal(stats.messagesReceived, 1);
  assert.equal(stats.payloadReceived, 6);
  assert.equal(stats.bytesReceived, 8);
});

test('stats count pings of both sides', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.ping('a');
  await peer.next();
  const ping = wss.ping('b');
  await peer.next();
  peer.sendFrame({ opcode: 10, payload: 'b' });
  const time = await ping;
  const { pingsReceived, pingsSent, pongsReceived, roundTrip } = wss.stats;
  assert.deepEqual(
    { pingsReceived, pingsSent, pongsReceived },
    {
      pingsReceived: 1,
      pingsSent: 1,
      pongsReceived: 1,
    },
  );
  assert.equal(roundTrip, time);
});

test('compressed messages count as they were on the wire, and inflated', async (t) => {
  const ws = { perMessageDeflate: { threshold: 0 } };
  const { url } = await startWsServer(t, { ws });
  const wss = new WebSocketStream(url, { perMessageDeflate: { threshold: 0 } });
  t.after(() => wss.close());
  const { readable, writable } = await wss.opened;
  await writable.getWriter().write('x'.repeat(10_000));
  assert.equal((await readable.getReader().read()).value.length, 10_000);
  const { bytesReceived, bytesSent, payloadReceived, payloadSent } = wss.stats;
  assert.deepEqual([payloadReceived, payloadSent], [10_000, 10_000]);
  for (const bytes of [bytesReceived, bytesSent]) {
    assert.ok(bytes > 10 && bytes < 200, `${bytes} bytes on the wire`);
  }
});

test('what was written and not sent shows as buffered', async (t) => {
  const { wss, writable } = await openPair(t, { server: { paused: true } });
  writable
    .getWriter()
    .write(new Uint8Array(32 * 1024 * 1024))
    .catch(() => {});
  assert.ok(wss.stats.sendBuffered > 0);
  wss.terminate();
});

test('a small message shows as buffered in the same turn', async (t) => {
  const { wss, writable } = await openPair(t, { server: { paused: true } });
  const writer = writable.getWriter();
  for (let i = 0; i < 3; i++) await writer.write('small');
  const { messagesSent, sendBuffered, payloadSent } = wss.stats;
  assert.ok(sendBuffered > 0 || (messagesSent === 3 && payloadSent === 15));
});

test('what was received and not read shows as buffered', async (t) => {
  const { wss, peer } = await openPair(t);
  for (let i = 0; i < 1000; i++) peer.sendBinary(new Uint8Array(1000));
  await until(() => wss.stats.receiveBuffered > 200_000, 'the receive buffer fills');
});

test('stats stay after the end', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.sendText('last words');
  await until(() => wss.stats.messagesReceived === 1, 'the message is there');
  peer.reset();
  await rejection(wss.closed);
  assert.equal(wss.stats.payloadReceived, 10);
  assert.notEqual(wss.stats.openedAt, null);
});

test('stats is a getter of the prototype that throws for foreign receivers', () => {
  const { get, enumerable } = Object.getOwnPropertyDescriptor(WebSocketStream.prototype, 'stats');
  assert.throws(() => get.call({}), TypeError);
  assert.equal(enumerable, false);
});
