import assert from 'node:assert/strict';
import { assertDomException, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const rows = [
  ['no status', undefined, '', { closeCode: 1005, reason: '' }],
  ['1000', 1000, '', { closeCode: 1000, reason: '' }],
  ['a code and a reason', 4321, 'done', { closeCode: 4321, reason: 'done' }],
  ['a reason of many letters', 4000, '\u65e5\u672c', { closeCode: 4000, reason: '\u65e5\u672c' }],
  ['a byte order mark', 4000, '\uFEFFx', { closeCode: 4000, reason: '\uFEFFx' }],
  ['123 bytes', 4000, 'r'.repeat(123), { closeCode: 4000, reason: 'r'.repeat(123) }],
  ...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999].map((code) => [
    `${code}`,
    code,
    '',
    { closeCode: code, reason: '' },
  ]),
];

for (const [title, code, reason, expected] of rows) {
  test(`a peer that closes with ${title} is answered, and closed fulfils with it`, async (t) => {
    const { wss, peer, readable, writable } = await openPair(t);
    peer.sendClose(code, reason);
    assert.equal((await peer.nextClose()).code, code);
    peer.end();
    assert.deepEqual(await wss.closed, expected);
    assert.deepEqual(await readable.getReader().read(), { value: undefined, done: true });
    const writer = writable.getWriter();
    assertDomException(await rejection(writer.ready), 'InvalidStateError');
    assertDomException(await rejection(writer.write('late')), 'InvalidStateError');
  });
}

test('a peer that sends Close and FIN at once is a clean close', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.sendClose(1000, 'bye');
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: 'bye' });
});

test('what the peer sends behind its Close frame is ignored', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  peer.sendClose(4000);
  peer.sendText('never');
  await peer.nextClose();
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: '' });
  assert.equal((await readable.getReader().read()).done, true);
});

test('everything sent before the Close frame is delivered to a reader that starts late', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  const count = 3000;
  for (let i = 0; i < count; i++) peer.sendText(`${i}`.padEnd(1000));
  peer.sendClose(1000);
  const reader = readable.getReader();
  for (let i = 0; i < count; i++) assert.equal((await reader.read()).value.trimEnd(), `${i}`);
  assert.equal((await peer.nextClose()).code, 1000);
  peer.end();
  assert.equal((await reader.read()).done, true);
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
});

test('closed fulfils although a few messages before the Close frame are never read', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  for (let i = 0; i < 10; i++) peer.sendText(`${i}`);
  peer.sendClose(4000);
  assert.equal((await peer.nextClose()).code, 4000);
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: '' });
  const reader = readable.getReader();
  for (let i = 0; i < 10; i++) assert.equal((await reader.read()).value, `${i}`);
  assert.equal((await reader.read()).done, true);
});

test('an answer to the last message still goes out before the reply to the Close frame', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  peer.sendText('question');
  peer.sendClose(1000);
  const writer = writable.getWriter();
  const reader = readable.getReader();
  await writer.write(`answer to ${(await reader.read()).value}`);
  assert.equal(await peer.nextText(), 'answer to question');
  assert.equal((await peer.nextClose()).code, 1000);
  peer.end();
  assert.equal((await wss.closed).closeCode, 1000);
});
