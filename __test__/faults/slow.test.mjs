import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { startProxy } from '../helpers/proxy.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const rows = [
  ['one byte at a time in both directions', { piece: 1 }, 2000],
  ['seven bytes at a time in both directions', { piece: 7 }, 20_000],
  ['a delay of 20 ms in both directions', { delayMs: 20 }, 2_000_000],
];

for (const [title, fault, size] of rows) {
  test(`${title} change nothing in what is echoed`, async (t) => {
    const server = await startWsServer(t);
    const proxy = await startProxy(t, server.port, { down: fault, up: fault });
    const wss = new WebSocketStream(proxy.url());
    const { readable, writable } = await wss.opened;
    const sent = createHash('sha256');
    const received = createHash('sha256');
    const messages = Array.from({ length: 20 }, (_, i) => {
      const length = Math.floor((size * (i + 1)) / 210);
      return i % 2 ? Buffer.alloc(length, i) : 'κ'.repeat(length / 2) + i;
    });
    const writer = writable.getWriter();
    const writing = (async () => {
      for (const message of messages) {
        sent.update(message);
        await writer.write(message);
      }
    })();
    const reader = readable.getReader();
    for (const message of messages) {
      const { value } = await reader.read();
      assert.equal(typeof value, typeof message === 'string' ? 'string' : 'object');
      received.update(value);
    }
    await writing;
    assert.equal(received.digest('hex'), sent.digest('hex'));
    await writer.close();
    assert.equal((await wss.closed).closeCode, 1005);
  });
}
