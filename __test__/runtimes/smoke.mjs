// What has to work in every runtime that loads the addon. Prints one line per case and ends with
// an exit code. The first argument tells where the servers are, see scripts/test/smoke-server.mjs.
import assert from 'node:assert/strict';

import { WebSocketError, WebSocketStream } from '../../index.js';

const { url, secureUrl, ca } = JSON.parse(process.argv[2]);

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
  'compression is agreed on, and can be refused': async () => {
    const text = 'again and again, '.repeat(5000);
    for (const perMessageDeflate of [true, false]) {
      const wss = new WebSocketStream(url, { perMessageDeflate });
      const { extensions, readable, writable } = await wss.opened;
      assert.equal(extensions.includes('permessage-deflate'), perMessageDeflate);
      await writable.getWriter().write(text);
      assert.equal((await readable.getReader().read()).value, text);
      assert.equal(wss.stats.bytesReceived < text.length / 10, perMessageDeflate);
      wss.close();
      await wss.closed;
    }
  },
  'TLS trusts a given authority and no other': async () => {
    const wss = new WebSocketStream(secureUrl, { tls: { ca } });
    const { readable, tls, writable } = await wss.opened;
    assert.equal(tls.protocol, 'TLSv1.3');
    await writable.getWriter().write('over TLS');
    assert.equal((await readable.getReader().read()).value, 'over TLS');
    wss.close();
    await wss.closed;
    const distrusted = new WebSocketStream(secureUrl);
    await assert.rejects(distrusted.opened, ({ cause }) => /CERT|ISSUER|LEAF/.test(cause.code));
  },
  'code and reason of the server arrive after its last message': async () => {
    const wss = new WebSocketStream(`${url}close`);
    const { readable } = await wss.opened;
    for await (const message of readable) assert.equal(message, 'last words');
    assert.deepEqual(await wss.closed, { closeCode: 4000, reason: 'enough' });
  },
  'a server that drops the connection is an unclean end for the reader as well': async () => {
    const wss = new WebSocketStream(`${url}drop`);
    const { readable } = await wss.opened;
    const error = await wss.closed.catch((reason) => reason);
    assert.equal(error.closeCode, 1006);
    await assert.rejects(readable.getReader().read(), (reason) => reason === error);
  },
  'a server that does not read makes writers wait': async () => {
    const wss = new WebSocketStream(`${url}mute`, { perMessageDeflate: false });
    const writer = (await wss.opened).writable.getWriter();
    let done = 0;
    for (let i = 0; i < 64; i++) {
      writer.write(new Uint8Array(2 ** 20)).then(
        () => (done += 1),
        () => {},
      );
    }
    // A Ping goes ahead of what waits; its way out shows that the writers had their chance.
    wss.ping().catch(() => {});
    await until(() => wss.stats.bytesSent > 2 ** 16 && wss.stats.sendBuffered > 0);
    assert.ok(done < 32 && wss.stats.sendBuffered < 4 * 2 ** 20, `${done} of 64 were written`);
    wss.terminate();
    await wss.closed.catch(() => {});
  },
  'a reader that is slow holds the server back and loses nothing': async () => {
    const wss = new WebSocketStream(`${url}feed`, { perMessageDeflate: false });
    const { readable } = await wss.opened;
    await until(() => wss.stats.receiveBuffered > 2 ** 17);
    let next = 0;
    let most = 0;
    for await (const message of readable) {
      assert.equal(Number(message), next++);
      most = Math.max(most, wss.stats.receiveBuffered);
    }
    assert.equal(next, 20_000);
    assert.ok(most < 4 * 2 ** 20, `${most} bytes were held`);
    await wss.closed;
  },
  'the streams work with those of the runtime': async () => {
    const wss = new WebSocketStream(url);
    const { readable, writable } = await wss.opened;
    const source = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 3; i++) controller.enqueue(new Uint8Array([0x61 + i]));
      },
    });
    const stop = new AbortController();
    const piped = source.pipeTo(writable, { signal: stop.signal }).catch(() => {});
    let text = '';
    for await (const part of readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text === 'abc') break;
    }
    stop.abort();
    await piped;
    await wss.closed.catch(() => {});
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
  'a time limit ends a handshake that is not answered': async () => {
    const wss = new WebSocketStream(`${url}silent`, { signal: AbortSignal.timeout(50) });
    await assert.rejects(wss.opened, { name: 'TimeoutError' });
  },
};

async function until(condition) {
  const end = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `not in time: ${condition}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

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
