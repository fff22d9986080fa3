import assert from 'node:assert/strict';
import { OPCODE } from '../helpers/frame.mjs';
import { offline } from '../helpers/offline.mjs';
import { assertWebSocketError, rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

test('heartbeat: a peer that does not answer it ends the connection with 1006', async (t) => {
  const start = performance.now();
  const { wss, peer, readable } = await openPair(t, {
    client: { heartbeat: { interval: 40, timeout: 40 } },
  });
  assert.equal((await peer.next()).opcode, OPCODE.ping);
  const error = await rejection(wss.closed);
  assert.ok(performance.now() - start >= 79);
  assertWebSocketError(error, { closeCode: 1006, reason: '' });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT');
  assert.match(error.message, /40 ms/);
  assert.equal(await rejection(readable.getReader().read()), error);
});

test('heartbeat.interval is the silence before a Ping', async (t) => {
  // The network thread begins to count before this one hears that the connection is open.
  const start = performance.now();
  const { peer } = await openPair(t, { client: { heartbeat: { interval: 150 } } });
  assert.equal((await peer.next()).opcode, OPCODE.ping);
  assert.ok(performance.now() - start >= 149);
});

test('heartbeat.timeout is the silence after a Ping that ends the connection', async (t) => {
  // The Ping may be under way before the test has its connection.
  const start = performance.now();
  const { peer, wss } = await openPair(t, { client: { heartbeat: { interval: 1, timeout: 150 } } });
  assert.equal((await peer.next()).opcode, OPCODE.ping);
  assert.match((await rejection(wss.closed)).message, /150 ms/);
  assert.ok(performance.now() - start >= 149);
});

test('a peer that answers is asked again and again', async (t) => {
  const { wss, peer } = await openPair(t, {
    client: { heartbeat: { interval: 20, timeout: 5000 } },
  });
  for (let i = 0; i < 5; i++) {
    const { opcode, payload } = await peer.next();
    assert.equal(opcode, OPCODE.ping);
    peer.sendFrame({ opcode: OPCODE.pong, payload });
  }
  assert.equal(await state(wss.closed), 'pending');
  assert.ok(wss.stats.pingsSent >= 5);
  assert.ok(wss.stats.roundTrip > 0);
});

test('a peer that this side does not read is not taken for dead', async (t) => {
  const { wss, peer, readable } = await openPair(t, {
    client: { heartbeat: { interval: 200, timeout: 200 }, receiveBuffer: 1024 },
  });
  const message = new Uint8Array(64 * 1024);
  for (let i = 0; i < 64; i++) peer.sendBinary(message);
  const start = performance.now();
  await until(() => performance.now() - start > 1000, 'several intervals have passed');
  assert.equal(await state(wss.closed), 'pending');
  const reader = readable.getReader();
  for (let i = 0; i < 64; i++) assert.equal((await reader.read()).value.length, message.length);
});

test('without the option nobody is asked', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.ping('one round trip');
  assert.equal((await peer.next()).opcode, OPCODE.pong);
  assert.equal(wss.stats.pingsSent, 0);
});

test('heartbeat takes either member, both or none', () => {
  for (const heartbeat of [{}, { interval: 1 }, { timeout: 2 ** 31 - 1 }, undefined]) {
    assert.equal(offline('ws://h/', { heartbeat }).url, 'ws://h/');
  }
});

const refused = [
  [5, /heartbeat must be an object, not 5/],
  [{ interval: 0 }, /heartbeat\.interval must be an integer from 1 to 2147483647.*not 0/],
  [{ timeout: 1.5 }, /heartbeat\.timeout must be.*not 1\.5/],
  [{ interval: '5' }, /heartbeat\.interval must be.*not "5"/],
  [{ period: 5 }, /"period" is no member of heartbeat; there are: interval, timeout/],
];
for (const [heartbeat, message] of refused) {
  test(`heartbeat refuses ${JSON.stringify(heartbeat)}`, () => {
    assert.throws(() => offline('ws://h/', { heartbeat }), { name: 'TypeError', message });
  });
}
