import assert from 'node:assert/strict';
import { assertDomException, assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { until, within } from '../helpers/until.mjs';

/** More than all buffers of the kernel take. */
const LARGE = 20 * 1024 * 1024;

test("data that the peer never takes makes its close unclean, with the peer's code", async (t) => {
  const { wss, peer, writable } = await openPair(t, {
    server: { paused: true },
    client: { closeTimeout: 500 },
  });
  const written = rejection(writable.getWriter().write(new Uint8Array(LARGE)));
  peer.sendClose(4567, 'enough');
  assertWebSocketError(await rejection(wss.closed), { closeCode: 4567, reason: 'enough' });
  await written;
});

test("data that is cut off by a reset makes the close unclean, with the peer's code", async (t) => {
  const { wss, peer, readable, writable } = await openPair(t, { server: { paused: true } });
  const written = rejection(writable.getWriter().write(new Uint8Array(LARGE)));
  peer.sendText('mark');
  peer.sendClose(4567);
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'mark');
  const done = reader.read().catch(() => {});
  peer.reset();
  assertWebSocketError(await rejection(wss.closed), { closeCode: 4567 });
  await Promise.all([written, done]);
});

test('a write that is incomplete when the peer closes rejects with an InvalidStateError', async (t) => {
  const { wss, peer, writable } = await openPair(t, { client: { closeTimeout: 2000 } });
  const writer = writable.getWriter();
  const goodbye = writer.write('Goodbye');
  const large = writer.write(new Uint8Array(LARGE));
  const failed = rejection(large);
  assert.equal(await peer.nextText(), 'Goodbye');
  peer.pause();
  await goodbye;
  peer.sendText('Goodbye');
  peer.sendClose(4567);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 4567 });
  const error = await failed;
  assertDomException(error, 'InvalidStateError');
  assert.equal(await rejection(writer.closed), error);
  assert.equal(await rejection(writer.write('word')), error);
});

test('writes that wait in the stream when the connection is lost reject with its error', async (t) => {
  const { wss, peer, writable } = await openPair(t, { server: { paused: true } });
  const writer = writable.getWriter();
  const writes = Array.from({ length: 5 }, () => writer.write(new Uint8Array(LARGE)));
  const outcomes = writes.map((write) => rejection(write));
  peer.reset();
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1006 });
  for (const outcome of outcomes) assert.equal(await outcome, error);
});

for (const peerReads of [false, true]) {
  const peerDoes = peerReads ? 'reads again' : 'never reads';
  test(`abort() of a write that the peer holds up closes at once, when the peer ${peerDoes}`, async (t) => {
    const { wss, peer, writable } = await openPair(t, {
      server: { paused: true },
      client: { closeTimeout: peerReads ? 10_000 : 300 },
    });
    const writer = writable.getWriter();
    const writes = [1, 2].map(() => rejection(writer.write(new Uint8Array(LARGE))));
    await until(() => wss.stats.bytesSent > 0, 'the first write is under way');
    const reason = new Error('no longer wanted');
    await within(writer.abort(reason), 'abort() fulfils');
    for (const write of writes) assert.equal(await write, reason);
    assert.equal(await rejection(writer.closed), reason);
    if (peerReads) {
      // What was taken over goes out in front of the Close frame.
      peer.resume();
      assert.equal((await peer.nextBinary()).length, LARGE);
      assert.deepEqual(await peer.answerClose(), { code: undefined, reason: '' });
      assert.equal((await wss.closed).closeCode, 1005);
    } else {
      assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
    }
  });
}
