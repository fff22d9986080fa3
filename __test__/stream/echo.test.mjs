import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const SIZES = [0, 1, 7, 125, 126, 1000, 4096, 20_000, 65_535, 65_536, 400_000, 1_500_000];

test('an echo of interleaved sizes comes back whole and in order', async (t) => {
  const server = await startWsServer(t);
  const { readable, writable } = await new WebSocketStream(server.url).opened;
  const sent = Array.from({ length: 120 }, (_, i) => randomBytes(SIZES[(i * 7) % SIZES.length]));
  const writing = writeAll(writable, sent);
  const reader = readable.getReader();
  for (const [i, message] of sent.entries()) {
    const { value } = await reader.read();
    assert.equal(hash(value), hash(message), `message ${i} of ${message.length} bytes`);
  }
  await writing;
});

async function writeAll(writable, messages) {
  const writer = writable.getWriter();
  for (const message of messages) {
    await writer.ready;
    writer.write(message);
  }
}

function hash(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
