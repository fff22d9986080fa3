import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';
import { SERVER, startWire, urlOf } from './wire.mjs';

const TIMEOUT_MS = 400;

/** Far above what a loaded machine adds, far below the defaults. */
const LATE_MS = 5000;

async function inTime(promise, atLeast, started = performance.now()) {
  const error = await rejection(promise);
  const took = performance.now() - started;
  assert.ok(took > atLeast - 50 && took < LATE_MS, `after ${took} ms: ${error.message}`);
  return error;
}

/** A resolver that knows these addresses only, in this order. */
function lookupOf(...addresses) {
  return (host, options, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

test('a server that no packet reaches is given up after handshakeTimeout', async (t) => {
  const wire = await startWire(t);
  await wire.setBoth({ dead: true });
  const wss = new WebSocketStream(urlOf('/echo'), { handshakeTimeout: TIMEOUT_MS });
  const error = await inTime(wss.opened, TIMEOUT_MS);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
});

test('a server whose packets do not come back is given up after handshakeTimeout', async (t) => {
  const wire = await startWire(t);
  await wire.set({ down: { dead: true } });
  const wss = new WebSocketStream(urlOf('/echo'), { handshakeTimeout: TIMEOUT_MS });
  const error = await inTime(wss.opened, TIMEOUT_MS);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
});

for (const [title, dead, good] of [
  ['IPv6', SERVER.v6, SERVER.first],
  ['IPv4', SERVER.first, SERVER.v6],
  ['the first of two addresses of IPv4', SERVER.first, SERVER.second],
]) {
  test(`${title} that swallows packets costs a moment: the next address is used`, async (t) => {
    const wire = await startWire(t);
    await wire.set({ up: { deadTo: dead } });
    const started = performance.now();
    const wss = new WebSocketStream('ws://name.test:8080/echo', { lookup: lookupOf(dead, good) });
    const { remoteAddress } = await within(wss.opened, 'the connection is open');
    assert.equal(remoteAddress, good);
    const took = performance.now() - started;
    // The head start of the first address is 250 ms.
    assert.ok(took > 200 && took < 3000, `${took} ms`);
    wss.close();
    await wss.closed;
  });
}

test('a network that cannot be reached fails at once, with the code of the system', async (t) => {
  const wire = await startWire(t);
  await wire.set({ link: 'down' });
  const error = await rejection(new WebSocketStream(urlOf('/echo')).opened);
  assert.equal(error.cause.code, 'ENETUNREACH');
});

for (const direction of ['up', 'down']) {
  test(`a heartbeat ends a connection whose packets ${direction} are lost in the middle of messages`, async (t) => {
    const wire = await startWire(t);
    const heartbeat = { interval: 300, timeout: TIMEOUT_MS };
    const wss = new WebSocketStream(urlOf('/count'), { heartbeat });
    const { readable } = await wss.opened;
    const reader = readable.getReader();
    let next = 0;
    const readToTheEnd = async () => {
      for (;;) {
        const { value } = await reader.read();
        assert.equal(new DataView(value.buffer).getUint32(0), next);
        next += 1;
      }
    };
    const reading = rejection(readToTheEnd());
    await within(
      (async () => {
        while (next < 1000) await new Promise(setImmediate);
      })(),
      'messages come',
    );
    await wire.set({ [direction]: { dead: true } });
    const error = await inTime(wss.closed, 0);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT');
    assertWebSocketError(error, { closeCode: 1006 });
    assert.equal(await reading, error);
  });

  test(`close() settles in time when packets ${direction} are lost`, async (t) => {
    const wire = await startWire(t);
    const wss = new WebSocketStream(urlOf('/echo'), { closeTimeout: TIMEOUT_MS });
    const { writable } = await wss.opened;
    const writer = writable.getWriter();
    await wire.set({ [direction]: { dead: true } });
    writer.write('into the dark').catch(() => {});
    const started = performance.now();
    wss.close();
    const error = await inTime(wss.closed, TIMEOUT_MS, started);
    assertWebSocketError(error, { closeCode: 1006 });
  });
}

test('writes into a dead wire wait, and terminate() settles all of them', async (t) => {
  const wire = await startWire(t);
  const wss = new WebSocketStream(urlOf('/echo'));
  const { writable } = await wss.opened;
  await wire.setBoth({ dead: true });
  const writer = writable.getWriter();
  const writes = Array.from({ length: 200 }, () => writer.write(new Uint8Array(100_000)));
  const outcomes = Promise.allSettled(writes);
  wss.terminate();
  const error = await inTime(wss.closed, 0);
  for (const { status, reason } of await within(outcomes, 'every write')) {
    if (status === 'rejected') assert.equal(reason, error);
  }
});

test('large packets that are lost without a word stall messages, not the end', async (t) => {
  const wire = await startWire(t);
  const wss = new WebSocketStream(urlOf('/echo'), { closeTimeout: TIMEOUT_MS });
  const { writable } = await wss.opened;
  await wire.setBoth({ largest: 500 });
  const writer = writable.getWriter();
  const write = writer.write(new Uint8Array(2_000_000)).catch((error) => error);
  const started = performance.now();
  wss.close();
  const error = await inTime(wss.closed, TIMEOUT_MS, started);
  assert.ok([undefined, error].includes(await within(write, 'the write')));
});
