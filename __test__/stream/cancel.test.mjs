import assert from 'node:assert/strict';
import { WebSocketError } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const EMPTY = { code: undefined, reason: '' };

const ways = [
  ['readable.cancel', ({ readable }, reason) => readable.cancel(reason)],
  ['reader.cancel', ({ readable }, reason) => readable.getReader().cancel(reason)],
  ['writable.abort', ({ writable }, reason) => writable.abort(reason)],
  ['writer.abort', ({ writable }, reason) => writable.getWriter().abort(reason)],
];

/** Made on demand: the first row needs an error that only an implementation can make. */
const reasons = [
  ['nothing', () => undefined, EMPTY],
  ['an Error', () => new Error('x'), EMPTY],
  ['an object with the members', () => ({ closeCode: 3456, reason: 'set' }), EMPTY],
  ['an object with the old members', () => ({ code: 3456, reason: 'set' }), EMPTY],
  ['another DOMException', () => new DOMException('yes', 'DataCloneError'), EMPTY],
  ['a WebSocketError without a code', () => new WebSocketError('m'), EMPTY],
  [
    'a WebSocketError with a code',
    () => new WebSocketError('m', { closeCode: 3333 }),
    { code: 3333, reason: '' },
  ],
  [
    'a WebSocketError with code and reason',
    () => new WebSocketError('m', { closeCode: 3456, reason: 'set' }),
    { code: 3456, reason: 'set' },
  ],
  [
    'a WebSocketError with a reason',
    () => new WebSocketError('m', { reason: 'why' }),
    { code: 1000, reason: 'why' },
  ],
];

for (const [way, stop] of ways) {
  for (const [title, make, frame] of reasons) {
    test(`${way}() with ${title} closes with ${frame.code ?? 'an empty Close frame'}`, async (t) => {
      const pair = await openPair(t);
      await stop(pair, make());
      assert.deepEqual(await pair.peer.answerClose(), frame);
      const { closeCode } = await pair.wss.closed;
      assert.equal(closeCode, frame.code ?? 1005);
    });
  }

  test(`${way}() with an error that came from a server closes with an empty Close frame`, async (t) => {
    const failing = await openPair(t);
    failing.peer.reset();
    const error = await rejection(failing.wss.closed);
    assert.equal(error.closeCode, 1006);
    const pair = await openPair(t);
    await stop(pair, error);
    assert.deepEqual(await pair.peer.answerClose(), EMPTY);
    assert.equal((await pair.wss.closed).closeCode, 1005);
  });

  test(`${way}() does not wait for the closing handshake`, async (t) => {
    const pair = await openPair(t);
    await stop(pair);
    await pair.peer.nextClose();
    pair.peer.sendClose();
    pair.peer.end();
    await pair.wss.closed;
  });
}

test('after cancel() the writable still sends what was written before', async (t) => {
  const { peer, readable, writable } = await openPair(t);
  await writable.getWriter().write('before');
  await readable.cancel();
  assert.equal(await peer.nextText(), 'before');
  await peer.nextClose();
});

test('cancel() and abort() together close once', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  await Promise.all([readable.cancel(), writable.abort(), wss.close()]);
  await peer.nextClose();
  peer.sendClose();
  peer.end();
  assert.equal(await peer.next(), null);
  assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
});

for (const [way, stop] of ways) {
  test(`${way}() reads what a WebSocketError is, not what its getters say`, async (t) => {
    class Lying extends WebSocketError {
      get closeCode() {
        return 4444;
      }
    }
    const pair = await openPair(t);
    await stop(pair, new Lying('m', { closeCode: 3333, reason: 'set' }));
    assert.deepEqual(await pair.peer.answerClose(), { code: 3333, reason: 'set' });
  });

  test(`${way}() with an object that only inherits from WebSocketError closes with an empty Close frame`, async (t) => {
    const pair = await openPair(t);
    await stop(pair, Object.create(WebSocketError.prototype));
    assert.deepEqual(await pair.peer.answerClose(), EMPTY);
  });
}
