import assert from 'node:assert/strict';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';

const ABNORMAL = { closeCode: 1006, reason: '' };

const ends = [
  ['sends FIN without a Close frame', (peer) => peer.end()],
  ['resets the connection', (peer) => peer.reset()],
  ['ends in the middle of a header', (peer) => peer.sendRaw(Buffer.from([0x82])) && peer.end()],
  [
    'ends in the middle of a message',
    (peer) => peer.sendRaw(Buffer.from([0x82, 5, 1, 2])) && peer.end(),
  ],
  [
    'ends between two fragments',
    (peer) => peer.sendFrame({ fin: false, opcode: 1, payload: 'a' }) && peer.end(),
  ],
];

for (const [title, end] of ends) {
  test(`a peer that ${title} rejects closed with 1006`, async (t) => {
    const { wss, peer } = await openPair(t);
    end(peer);
    assertWebSocketError(await rejection(wss.closed), ABNORMAL);
  });

  test(`a peer that ${title} errors both streams with the error of closed`, async (t) => {
    const { wss, peer, readable, writable } = await openPair(t);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const reading = rejection(reader.read());
    end(peer);
    const error = await rejection(wss.closed);
    assert.equal(await reading, error, 'the pending read');
    assert.equal(await rejection(reader.read()), error, 'a later read');
    assert.equal(await rejection(reader.closed), error, 'reader.closed');
    assert.equal(await rejection(writer.closed), error, 'writer.closed');
    assert.equal(await rejection(writer.ready), error, 'writer.ready');
    assert.equal(await rejection(writer.write('x')), error, 'a later write');
  });
}

test('a Close frame that the peer does not answer before it ends is unclean', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close({ closeCode: 4000, reason: 'local' });
  assert.equal((await peer.nextClose()).code, 4000);
  peer.end();
  assertWebSocketError(await rejection(wss.closed), ABNORMAL);
});

test('a connection that is reset while it closes is unclean', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close({ closeCode: 4000 });
  await peer.nextClose();
  peer.reset();
  assertWebSocketError(await rejection(wss.closed), ABNORMAL);
});

test('close() after an unclean end changes nothing', async (t) => {
  const { wss, peer } = await openPair(t);
  peer.reset();
  const error = await rejection(wss.closed);
  assert.equal(wss.close(), undefined);
  assert.equal(await rejection(wss.closed), error);
});

test('the streams fail first and closed last, as the standard has it', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  const order = [];
  const settled = Object.entries({
    closed: wss.closed,
    writer: writable.getWriter().closed,
    reader: readable.getReader().closed,
  }).map(([name, promise]) => promise.catch(() => order.push(name)));
  peer.end();
  await within(Promise.all(settled), 'everything settles');
  assert.deepEqual(order, ['reader', 'writer', 'closed']);
});

test('a clean end closes the readable, fails the writable and settles closed last', async (t) => {
  const { wss, peer, readable, writable } = await openPair(t);
  const order = [];
  const note = (name) => () => order.push(name);
  const settled = [
    wss.closed.then(note('closed')),
    writable.getWriter().closed.catch(note('writer')),
    readable.getReader().closed.then(note('reader')),
  ];
  wss.close();
  await peer.answerClose();
  await within(Promise.all(settled), 'everything settles');
  assert.deepEqual(order, ['reader', 'writer', 'closed']);
});
