// What has to work in every runtime that loads the addon. Prints one line per case and ends with
// an exit code. The URL of an echo server is the first argument.
import assert from 'node:assert/strict';

import { WebSocketError, WebSocketStream } from '../../index.js';

const url = process.argv[2];

const cases = {
  'text and bytes come back as they were': async () => {
    const wss = new WebSocketStream(url);
    const { readable, writable } = await wss.opened;
    const writer = writable.getWriter();
    const reader = readable.getReader();
    for (const message of [
      'text',
      'gr\u00fc\u00df',
      new Uint8Array([1, 2, 3]),
      'x'.repeat(200_000),
    ]) {
      await writer.write(message);
      assert.deepEqual((await reader.read()).value, message);
    }
    wss.close({ closeCode: 3000, reason: 'done' });
    assert.equal((await wss.closed).closeCode, 3000);
  },
  'ten thousand messages arrive in order': async () => {
    const wss = new WebSocketStream(url);
    const { readable, writable } = await wss.opened;
    const writer = writable.getWriter();
    const sent = (async () => {
      for (let i = 0; i < 10_000; i++) await writer.write(`${i}`);
    })();
    let next = 0;
    for await (const message of readable) {
      assert.equal(message, `${next++}`);
      if (next === 10_000) break;
    }
    await sent;
    await wss.closed.catch(() => {});
  },
  'a message in fragments is one message': async () => {
    const wss = new WebSocketStream(url);
    const { readable, writable } = await wss.opened;
    await writable.getWriter().write(new Blob(['one', 'two']));
    const { value } = await readable.getReader().read();
    assert.equal(new TextDecoder().decode(value), 'onetwo');
    wss.close();
    await wss.closed;
  },
  'ping() and stats work': async () => {
    const wss = new WebSocketStream(url);
    await wss.opened;
    assert.ok((await wss.ping()) > 0);
    assert.equal(wss.stats.pingsSent, 1);
    wss.close();
    await wss.closed;
  },
  'terminate() is unclean': async () => {
    const wss = new WebSocketStream(url);
    await wss.opened;
    wss.terminate();
    await assert.rejects(wss.closed, (error) => {
      assert.ok(error instanceof WebSocketError);
      assert.equal(error.closeCode, 1006);
      return true;
    });
  },
  'a refused connection rejects with the code of Node': async () => {
    const wss = new WebSocketStream('ws://127.0.0.1:1');
    await assert.rejects(wss.opened, (error) => error.cause.code === 'ECONNREFUSED');
  },
  'an abort rejects with its reason': async () => {
    const reason = new Error('enough');
    const wss = new WebSocketStream(url, { signal: AbortSignal.abort(reason) });
    await assert.rejects(wss.opened, reason);
  },
};

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${name}: ${error.stack}`);
  }
}
// That the process ends by itself is part of the test.
process.exitCode = failed > 0 ? 1 : 0;
