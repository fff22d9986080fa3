import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startProxy } from '../helpers/proxy.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { untilSteady } from '../helpers/until.mjs';

const MIB = 1024 * 1024;
const TIMEOUT_MS = 300;

/** The server's answer has this length, whatever the key. */
const ANSWER_BYTES = 116;

/** Far above what a loaded machine adds, far below the defaults. */
const LATE_MS = 5000;

/** A connection through a proxy that lets the handshake pass, and then nothing in one direction. */
async function openOverBlackHole(t, direction) {
  const server = await startServer(t);
  const after = direction === 'down' ? ANSWER_BYTES : await requestBytes(t, server);
  const proxy = await startProxy(t, server.port, { [direction]: { after } });
  const wss = new WebSocketStream(proxy.url(), { closeTimeout: TIMEOUT_MS });
  const info = await wss.opened;
  await server.peer();
  return { wss, info };
}

/** The length of a request through a proxy, whose port has as many digits as another's. */
async function requestBytes(t, server) {
  const proxy = await startProxy(t, server.port);
  const wss = new WebSocketStream(proxy.url());
  const [, peer] = await Promise.all([wss.opened, server.peer()]);
  wss.close();
  await peer.answerClose();
  const { method, path, version, rawHeaders } = peer.request;
  const lines = [`${method} ${path} ${version}`, ...rawHeaders.map((pair) => pair.join(': '))];
  return `${lines.join('\r\n')}\r\n\r\n`.length;
}

/** `started` is from before the clock of the package began to run. */
async function assertSettlesInTime(promise, started) {
  const error = await rejection(promise);
  const took = performance.now() - started;
  assert.ok(took > TIMEOUT_MS - 50 && took < LATE_MS, `after ${took} ms`);
  return error;
}

for (const after of [0, 1, 12, 60, ANSWER_BYTES - 1]) {
  test(`an answer that stops after ${after} bytes fails after handshakeTimeout`, async (t) => {
    const server = await startServer(t);
    const proxy = await startProxy(t, server.port, { down: { after } });
    const started = performance.now();
    const wss = new WebSocketStream(proxy.url(), { handshakeTimeout: TIMEOUT_MS });
    assertWebSocketError(await assertSettlesInTime(wss.opened, started));
    assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
  });
}

test('a request that never arrives fails after handshakeTimeout', async (t) => {
  const server = await startServer(t);
  const proxy = await startProxy(t, server.port, { up: { after: 10 } });
  const started = performance.now();
  const wss = new WebSocketStream(proxy.url(), { handshakeTimeout: TIMEOUT_MS });
  assertWebSocketError(await assertSettlesInTime(wss.opened, started));
});

for (const direction of ['down', 'up']) {
  test(`close() over a black hole ${direction} ends after closeTimeout`, async (t) => {
    const { wss } = await openOverBlackHole(t, direction);
    const started = performance.now();
    wss.close({ closeCode: 4000 });
    const error = await assertSettlesInTime(wss.closed, started);
    assertWebSocketError(error, { closeCode: 1006 });
  });

  test(`writer.close() over a black hole ${direction} rejects after closeTimeout`, async (t) => {
    const { wss, info } = await openOverBlackHole(t, direction);
    const writer = info.writable.getWriter();
    writer.write('last').catch(() => {});
    const started = performance.now();
    const error = await assertSettlesInTime(writer.close(), started);
    assert.equal(await rejection(wss.closed), error);
  });
}

test('a peer that never reads makes writes wait, and close() settles them in time', async (t) => {
  const server = await startServer(t, { paused: true });
  const wss = new WebSocketStream(server.url, { closeTimeout: TIMEOUT_MS });
  const { writable } = await wss.opened;
  const writer = writable.getWriter();
  const count = Math.ceil(kernelBufferBytes() / MIB) + 20;
  let accepted = 0;
  const writes = Array.from({ length: count }, async () => {
    await writer.write(new Uint8Array(MIB));
    accepted += 1;
  });
  const outcomes = Promise.allSettled(writes);
  await untilSteady(() => accepted, 'what is accepted');
  const before = accepted;
  assert.ok(before < count - 10, `${before} MiB were accepted`);
  const started = performance.now();
  wss.close();
  const error = await assertSettlesInTime(wss.closed, started);
  const rejected = (await outcomes).filter(({ status }) => status === 'rejected');
  assert.equal(rejected.length, count - before);
  for (const { reason } of rejected) assert.equal(reason, error);
});

test('a peer that half-closes without a Close frame is an unclean end', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url);
  const [{ readable }, peer] = await Promise.all([wss.opened, server.peer()]);
  peer.sendText('last');
  peer.end();
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'last');
  assertWebSocketError(await rejection(reader.read()), { closeCode: 1006 });
  // This side closes too: no socket stays behind.
  await peer.waitEnd();
});

test('a peer that half-closes behind its Close frame gets the answer, and the end is clean', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url);
  const [, peer] = await Promise.all([wss.opened, server.peer()]);
  peer.sendClose(4001, 'half');
  peer.end();
  assert.equal((await peer.nextClose()).code, 4001);
  assert.deepEqual(await wss.closed, { closeCode: 4001, reason: 'half' });
});
