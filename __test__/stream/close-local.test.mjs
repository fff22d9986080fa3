import assert from 'node:assert/strict';
import { assertDomException, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const NO_CODE = { code: undefined, reason: '' };
const NO_STATUS = { closeCode: 1005, reason: '' };

const rows = [
  ['no argument', undefined, NO_CODE, NO_STATUS],
  ['an empty object', {}, NO_CODE, NO_STATUS],
  ['an empty reason', { reason: '' }, NO_CODE, NO_STATUS],
  ['a code', { closeCode: 4001 }, { code: 4001, reason: '' }, { closeCode: 4001, reason: '' }],
  ['code 1000', { closeCode: 1000 }, { code: 1000, reason: '' }, { closeCode: 1000, reason: '' }],
  [
    'a fraction',
    { closeCode: 1000.9 },
    { code: 1000, reason: '' },
    { closeCode: 1000, reason: '' },
  ],
  [
    'code and reason',
    { closeCode: 3456, reason: 'pizza' },
    { code: 3456, reason: 'pizza' },
    { closeCode: 3456, reason: 'pizza' },
  ],
  [
    'a reason alone',
    { reason: 'w\u00fcrde' },
    { code: 1000, reason: 'w\u00fcrde' },
    { closeCode: 1000, reason: 'w\u00fcrde' },
  ],
  [
    'lone surrogates in the reason',
    { closeCode: 4000, reason: '\uD800!' },
    { code: 4000, reason: '\uFFFD!' },
    { closeCode: 4000, reason: '\uFFFD!' },
  ],
];

for (const [title, info, frame, expected] of rows) {
  test(`close() with ${title} sends that Close frame and closed fulfils with the answer`, async (t) => {
    const { wss, peer, readable, writable } = await openPair(t);
    assert.equal(wss.close(info), undefined);
    assert.deepEqual(await peer.nextClose(), frame);
    peer.sendClose(frame.code, frame.reason);
    peer.end();
    assert.deepEqual(await wss.closed, expected);
    assert.deepEqual(await readable.getReader().read(), { value: undefined, done: true });
    assertDomException(await rejection(writable.getWriter().closed), 'InvalidStateError');
  });
}

test('closed fulfils with a plain object', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close();
  await peer.answerClose();
  const info = await wss.closed;
  assert.equal(Object.getPrototypeOf(info), Object.prototype);
  assert.deepEqual(Object.keys(info).sort(), ['closeCode', 'reason']);
});

test("closed fulfils with the peer's code and reason when they differ from the local ones", async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close({ closeCode: 4111, reason: 'local' });
  assert.deepEqual(await peer.nextClose(), { code: 4111, reason: 'local' });
  peer.sendClose(4222, 'remote');
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4222, reason: 'remote' });
});

test('a second close() does nothing, before and after the end', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close({ closeCode: 4001 });
  wss.close({ closeCode: 4002 });
  assert.equal((await peer.nextClose()).code, 4001);
  peer.sendClose(4001);
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4001, reason: '' });
  assert.equal(wss.close({ closeCode: 4003 }), undefined);
  assert.equal(await peer.next(), null);
});

test('a close() that throws leaves the connection open', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  assert.throws(() => wss.close(true), TypeError);
  assert.throws(() => wss.close({ closeCode: 1001 }), { name: 'InvalidAccessError' });
  assert.throws(() => wss.close({ reason: 'x'.repeat(124) }), { name: 'SyntaxError' });
  await writable.getWriter().write('still open');
  assert.equal(await peer.nextText(), 'still open');
  peer.sendText('here too');
  assert.equal((await readable.getReader().read()).value, 'here too');
});

test('what was written before close() goes out before the Close frame', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  for (let i = 0; i < 500; i++) await writer.write(`message ${i}`);
  await writer.write(new Uint8Array(150_000));
  wss.close();
  for (let i = 0; i < 500; i++) assert.equal(await peer.nextText(), `message ${i}`);
  assert.equal((await peer.nextBinary()).length, 150_000);
  await peer.answerClose();
  assert.deepEqual(await wss.closed, NO_STATUS);
});

test('messages that arrive after close() are dropped', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  wss.close();
  await peer.nextClose();
  peer.sendText('too late');
  peer.sendClose();
  peer.end();
  await wss.closed;
  assert.equal((await readable.getReader().read()).done, true);
});

test('the client ends the TCP connection when the peer answered but does not', async (t) => {
  const { wss, peer } = await openPair(t, { client: { closeTimeout: 2000 } });
  wss.close({ closeCode: 4000 });
  await peer.nextClose();
  peer.sendClose(4000);
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: '' });
  assert.equal(await peer.next(), null);
});
