import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';
import { startWire, urlOf } from './wire.mjs';

const MINUTE = 60_000;

const rows = [
  ['a tenth of the packets lost', { loss: 0.1 }],
  ['a delay of 150 ms', { delay: 0.15 }],
  ['packets that overtake each other', { jitter: 0.03 }],
  ['a third of the packets sent twice', { twice: 0.33, jitter: 0.01 }],
  ['a bit changed in every tenth packet', { broken: 0.1 }],
  ['loss, delay and disorder together', { loss: 0.05, delay: 0.02, jitter: 0.02, twice: 0.05 }],
];

/** Text and binary messages, empty ones and large ones. */
const MESSAGES = [
  'short',
  '',
  new Uint8Array(0),
  'π'.repeat(5000),
  new Uint8Array(randomBytes(200_000)),
  ...Array.from({ length: 50 }, (_, i) => `${i}`.repeat(100)),
  new Uint8Array(randomBytes(500_000)),
];

for (const [title, fault] of rows) {
  test(
    `${title} change nothing in what is echoed`,
    async (t) => {
      const wire = await startWire(t);
      await wire.setBoth(fault);
      const wss = new WebSocketStream(urlOf('/echo'));
      const { readable, writable } = await within(wss.opened, 'the connection is open', MINUTE);
      const writer = writable.getWriter();
      const reader = readable.getReader();
      const writing = (async () => {
        for (const message of MESSAGES) await writer.write(message);
      })();
      for (const message of MESSAGES) {
        const { value } = await within(reader.read(), 'the next message', MINUTE);
        assert.equal(typeof value, typeof message);
        assert.equal(hash(value), hash(message));
      }
      await writing;
      wss.close({ closeCode: 3000, reason: 'all of it' });
      // The peer echoes the code.
      assert.equal((await within(wss.closed, 'the end', MINUTE)).closeCode, 3000);
      assert.ok((await wire.set({})) > 50, 'packets met the fault');
    },
    2 * MINUTE,
  );
}

test('ping() measures the delay of the wire', async (t) => {
  const wire = await startWire(t);
  const wss = new WebSocketStream(urlOf('/echo'));
  await wss.opened;
  await wire.setBoth({ delay: 0.2 });
  const roundTrip = await wss.ping();
  assert.ok(roundTrip >= 400 && roundTrip < 5000, `${roundTrip} ms`);
  await wire.setBoth({});
  wss.close();
  await wss.closed;
});

test('messages pass a wire with a small MTU', async (t) => {
  const wire = await startWire(t);
  await wire.set({ mtu: 1280, up: { largest: 1280 }, down: { largest: 1280 } });
  const wss = new WebSocketStream(urlOf('/echo', 'fd99::2'));
  const { readable, writable } = await within(wss.opened, 'the connection is open');
  const message = new Uint8Array(randomBytes(300_000));
  const writing = writable.getWriter().write(message);
  const { value } = await within(readable.getReader().read(), 'the echo');
  assert.equal(hash(value), hash(message));
  await writing;
  wss.close();
  await wss.closed;
});

test('a wire that is dead for a moment loses nothing', async (t) => {
  const wire = await startWire(t);
  const wss = new WebSocketStream(urlOf('/count'));
  const { readable } = await wss.opened;
  const reader = readable.getReader();
  let next = 0;
  const read = async (count) => {
    for (const end = next + count; next < end; next++) {
      const { value } = await within(reader.read(), `message ${next}`);
      assert.equal(new DataView(value.buffer).getUint32(0), next);
    }
  };
  await read(2000);
  await wire.setBoth({ dead: true });
  // What was on its way before is still delivered; TCP sends the rest again.
  await read(10);
  await wire.setBoth({});
  await read(2000);
  wss.close();
  await wss.closed;
});

function hash(value) {
  return createHash('sha256').update(value).digest('hex');
}
