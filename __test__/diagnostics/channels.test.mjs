import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

const names = ['handshake', 'open', 'ping', 'pong', 'error', 'close'];

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} [wanted]
 * @returns {[string, any][]} what is published during the test
 */
function watch(t, wanted = names) {
  const events = [];
  for (const name of wanted) {
    const listener = (payload) => events.push([name, payload]);
    subscribe(`websocketstream:${name}`, listener);
    t.after(() => unsubscribe(`websocketstream:${name}`, listener));
  }
  return events;
}

test('a clean connection publishes handshake, open and close', async (t) => {
  const events = watch(t);
  const { wss, info, peer } = await openPair(t);
  peer.sendText('one');
  await info.readable.getReader().read();
  peer.sendClose(1000, 'bye');
  peer.end();
  await wss.closed;
  assert.deepEqual(
    events.map(([name]) => name),
    ['handshake', 'open', 'close'],
  );
  const [[, handshake], [, open], [, close]] = events;
  for (const [, payload] of events) {
    assert.equal(payload.stream, wss);
    assert.equal(payload.url, wss.url);
  }
  assert.equal(handshake.status, 101);
  assert.ok(handshake.headers instanceof Headers);
  assert.ok(handshake.duration > 0);
  assert.equal(handshake.error, null);
  const { protocol, extensions, remotePort, localPort, tls } = open;
  assert.deepEqual(
    { protocol, extensions, remotePort, localPort, tls },
    {
      protocol: '',
      extensions: '',
      remotePort: info.remotePort,
      localPort: info.localPort,
      tls: null,
    },
  );
  assert.equal(close.closeCode, 1000);
  assert.equal(close.reason, 'bye');
  assert.equal(close.error, null);
  assert.equal(close.stats.messagesReceived, 1);
});

test('an unclean end publishes its error and then close', async (t) => {
  const events = watch(t, ['error', 'close']);
  const { wss, peer } = await openPair(t);
  peer.reset();
  const failure = await rejection(wss.closed);
  assert.deepEqual(
    events.map(([name, { error }]) => [name, error]),
    [
      ['error', failure],
      ['close', failure],
    ],
  );
  assert.equal(events[1][1].closeCode, 1006);
});

test('a refused handshake publishes the status and the error', async (t) => {
  const events = watch(t);
  const server = await startServer(t, { answer: { status: 401, headers: { 'X-A': 'b' } } });
  const wss = new WebSocketStream(server.url);
  const failure = await rejection(wss.opened);
  assert.deepEqual(
    events.map(([name]) => name),
    ['handshake', 'error', 'close'],
  );
  const [[, handshake]] = events;
  assert.equal(handshake.status, 401);
  assert.equal(handshake.headers.get('x-a'), 'b');
  assert.equal(handshake.error, failure);
});

test('an abort publishes the reason of the signal', async (t) => {
  const events = watch(t);
  const reason = new Error('not needed any more');
  const wss = new WebSocketStream('ws://h/', { signal: AbortSignal.abort(reason) });
  await rejection(wss.opened);
  assert.deepEqual(
    events.map(([name, { error }]) => [name, error]),
    [
      ['handshake', reason],
      ['error', reason],
      ['close', reason],
    ],
  );
});

test('pings of both sides and pongs are published', async (t) => {
  const events = watch(t, ['ping', 'pong']);
  const { wss, peer } = await openPair(t);
  peer.ping('theirs');
  await peer.next();
  const ping = wss.ping('ours');
  await peer.next();
  peer.sendFrame({ opcode: 10, payload: 'ours' });
  const roundTrip = await ping;
  await until(() => events.length === 3, 'three control frames were seen');
  const seen = events.map(([name, { direction, payload, roundTrip: time }]) => [
    name,
    direction,
    Buffer.from(payload).toString(),
    time,
  ]);
  assert.deepEqual(seen, [
    ['ping', 'received', 'theirs', undefined],
    ['ping', 'sent', 'ours', undefined],
    ['pong', undefined, 'ours', roundTrip],
  ]);
});

test('what may be secret in the URL is not published', async (t) => {
  const events = watch(t, ['open']);
  const server = await startServer(t);
  const url = server.url.replace('//', '//user:secret@');
  const wss = new WebSocketStream(`${url}feed?token=secret&room=secret`);
  await wss.opened;
  const [[, open]] = events;
  assert.equal(open.url, `${server.url}feed?token=redacted&room=redacted`);
  assert.match(open.stream.url, /secret/);
  wss.close();
});
