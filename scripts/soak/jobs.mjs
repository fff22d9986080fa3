// What the soak test does with a connection. A job opens one by the route that it is given, uses it
// and waits for its end; it throws when something is not as it has to be.

import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';

import { WebSocketStream } from '../../index.js';

/** @type {Record<string, (connect: import('./routes.mjs').Connect) => Promise<void>>} */
export const jobs = {
  async echo(connect) {
    const wss = connect('/echo');
    const { readable, writable } = await wss.opened;
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    const count = randomInt(1, 100);
    const writing = (async () => {
      const writer = writable.getWriter();
      for (let i = 0; i < count; i++) {
        // Text can be compressed, bytes cannot.
        const bytes = randomBytes(randomSize());
        const message = i % 2 ? bytes : bytes.toString('hex');
        sent.update(message);
        await writer.write(message);
      }
    })();
    const reader = readable.getReader();
    for (let i = 0; i < count; i++) received.update((await reader.read()).value);
    await writing;
    assert.equal(received.digest('hex'), sent.digest('hex'));
    wss.close({ closeCode: 1000 });
    assert.equal((await wss.closed).closeCode, 1000);
  },

  async fragments(connect) {
    const wss = connect('/echo');
    const { readable, writable } = await wss.opened;
    const bytes = randomBytes(randomInt(0, 500_000));
    await writable.getWriter().write(new Blob([bytes]));
    assert.ok(bytes.equals((await readable.getReader().read()).value));
    await wss[Symbol.asyncDispose]();
  },

  async feed(connect) {
    const wss = connect('/feed');
    const { readable } = await wss.opened;
    const hash = createHash('sha256');
    let told;
    for await (const message of readable) {
      if (typeof message === 'string') told = message;
      else hash.update(message);
      // A reader that is slow at times.
      if (randomInt(50) === 0) await turn();
    }
    assert.equal(hash.digest('hex'), told);
    assert.equal((await wss.closed).reason, 'fed');
  },

  async redirected(connect) {
    const { readable } = await connect('/redirect', { maxRedirects: 1 }).opened;
    for await (const message of readable) assert.equal(message, 'bye');
  },

  async closedByServer(connect) {
    const wss = connect('/close');
    const { readable } = await wss.opened;
    for await (const message of readable) assert.equal(message, 'bye');
    assert.equal((await wss.closed).closeCode, 4000);
  },

  async unread(connect) {
    const wss = connect('/feed');
    await wss.opened;
    wss.close();
    await wss.closed;
  },

  async cancelled(connect) {
    const wss = connect('/feed');
    const { readable } = await wss.opened;
    await readable.cancel();
    await wss.closed;
  },

  async dropped(connect) {
    const wss = connect('/drop');
    const { writable } = await wss.opened;
    writable
      .getWriter()
      .write('x')
      .catch(() => {});
    await fails(wss.closed, 1006);
  },

  async violated(connect) {
    const wss = connect('/violate');
    await wss.opened;
    await fails(wss.closed, 1002);
  },

  async terminated(connect) {
    const wss = connect('/echo');
    const { writable } = await wss.opened;
    writable
      .getWriter()
      .write(new Uint8Array(2_000_000))
      .catch(() => {});
    if (randomInt(2)) await turn();
    wss.terminate();
    await fails(wss.closed, 1006);
  },

  async muted(connect) {
    const heartbeat = { interval: 20, timeout: 20 };
    const wss = connect('/mute', { heartbeat });
    await wss.opened;
    wss.ping();
    await fails(wss.closed, 1006, 'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT');
  },

  async refused(connect) {
    const wss = connect('/refuse');
    await assert.rejects(wss.opened, ({ response }) => response.status === 401);
  },

  async nobody() {
    await fails(new WebSocketStream('ws://127.0.0.1:1').opened, 1006, 'ECONNREFUSED');
  },

  async aborted(connect) {
    const signal = AbortSignal.timeout(randomInt(1, 30));
    const wss = connect('/silent', { signal });
    await assert.rejects(wss.opened, { name: 'TimeoutError' });
  },
};

/**
 * @param {Promise<unknown>} promise
 * @param {number} closeCode
 * @param {string} [code] of the cause
 */
async function fails(promise, closeCode, code) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.closeCode, closeCode);
    if (code) assert.equal(error.cause.code, code);
    return true;
  });
}

/** Mostly small, sometimes large. */
function randomSize() {
  return randomInt(20) === 0 ? randomInt(0, 300_000) : randomInt(0, 2000);
}

function turn() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
