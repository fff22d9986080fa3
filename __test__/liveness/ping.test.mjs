import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { OPCODE } from '../helpers/frame.mjs';
import { assertDomException, rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const pong = (payload) => ({ opcode: OPCODE.pong, payload });

test('ping() tells the round trip in milliseconds', async (t) => {
  const { url } = await startWsServer(t);
  const wss = new WebSocketStream(url);
  await wss.opened;
  const start = performance.now();
  const time = await wss.ping();
  assert.ok(time > 0 && time <= performance.now() - start, `${time} ms`);
  wss.close();
  await wss.closed;
});

test('each of several pings in flight gets its own answer', async (t) => {
  const { wss, peer } = await openPair(t);
  const pings = ['a', 'b', 'c'].map((payload) => wss.ping(payload));
  for (const payload of ['a', 'b', 'c']) {
    assert.equal((await peer.next()).payload.toString(), payload);
  }
  await peer.sendFrame(pong('a'));
  await pings[0];
  assert.equal(await state(pings[1]), 'pending');
  // A peer need answer only the newest of several.
  await peer.sendFrame(pong('c'));
  const [, second, third] = await Promise.all(pings);
  assert.ok(second >= third);
});

test('a pong with another payload answers nothing', async (t) => {
  const { wss, peer } = await openPair(t);
  const ping = wss.ping('mine');
  await peer.next();
  await peer.sendFrame(pong('other'));
  await peer.ping('barrier');
  await peer.next();
  assert.equal(await state(ping), 'pending');
  await peer.sendFrame(pong('mine'));
  assert.ok((await ping) > 0);
});

test('pings without a payload have payloads that differ', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.ping();
  wss.ping();
  const [first, second] = [await peer.next(), await peer.next()];
  assert.equal(first.opcode, OPCODE.ping);
  assert.notDeepEqual(first.payload, second.payload);
});

const payloads = [
  ['text', 'gr\u00fc\u00df', Buffer.from('gr\u00fc\u00df')],
  ['no bytes', '', Buffer.alloc(0)],
  ['125 bytes', new Uint8Array(125).fill(7), Buffer.alloc(125, 7)],
  ['an ArrayBuffer', new Uint8Array([1, 2]).buffer, Buffer.from([1, 2])],
  ['a view', new DataView(new Uint8Array([1, 2, 3]).buffer, 1), Buffer.from([2, 3])],
];
for (const [title, payload, expected] of payloads) {
  test(`ping() sends ${title} as its payload`, async (t) => {
    const { wss, peer } = await openPair(t);
    wss.ping(payload);
    assert.deepEqual((await peer.next()).payload, expected);
  });
}

test('ping() refuses more than 125 bytes and says how many there were', async (t) => {
  const { wss } = await openPair(t);
  const error = await rejection(wss.ping('\u00e4'.repeat(63)));
  assert.ok(error instanceof RangeError);
  assert.match(error.message, /125.*126/);
});

for (const value of [null, 5, {}, [1], Symbol('x')]) {
  test(`ping() refuses ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`, async (t) => {
    const { wss } = await openPair(t);
    assert.ok((await rejection(wss.ping(value))) instanceof TypeError);
  });
}

test('ping() rejects with the error of an unclean end', async (t) => {
  const { wss, peer } = await openPair(t);
  const ping = wss.ping();
  await peer.next();
  peer.reset();
  assert.equal(await rejection(ping), await rejection(wss.closed));
});

test('ping() rejects with an InvalidStateError when the connection ends cleanly', async (t) => {
  const { wss, peer } = await openPair(t);
  const ping = wss.ping();
  await peer.next();
  peer.sendClose(1000);
  peer.end();
  assertDomException(await rejection(ping), 'InvalidStateError');
});

test('ping() is refused before the connection is open, while it closes and after its end', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url);
  assertDomException(await rejection(wss.ping()), 'InvalidStateError');
  await wss.opened;
  const peer = await server.peer();
  wss.close();
  assertDomException(await rejection(wss.ping()), 'InvalidStateError');
  await peer.answerClose();
  await wss.closed;
  assertDomException(await rejection(wss.ping()), 'InvalidStateError');
});

test('pings that the peer leaves unanswered when this side closes are all rejected', async (t) => {
  const { wss, peer } = await openPair(t);
  const pings = Array.from({ length: 100 }, () => rejection(wss.ping()));
  wss.close();
  await peer.answerClose();
  for (const error of await Promise.all(pings)) assertDomException(error, 'InvalidStateError');
  await wss.closed;
});

test('a ping that is answered during the closing handshake fulfils', async (t) => {
  const { wss, peer } = await openPair(t);
  const ping = wss.ping('late');
  wss.close();
  await peer.untilClose();
  peer.sendFrame(pong('late'));
  peer.sendClose(1000);
  peer.end();
  assert.ok((await ping) > 0);
  await wss.closed;
});

test('terminate() rejects the pings in flight with its error', async (t) => {
  const { wss } = await openPair(t);
  const pings = [wss.ping(), wss.ping()].map((ping) => rejection(ping));
  wss.terminate();
  const error = await rejection(wss.closed);
  assert.deepEqual(await Promise.all(pings), [error, error]);
});
