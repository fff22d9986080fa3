import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startProxy } from '../helpers/proxy.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { selfSigned } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';

/** So many connections are under way at a time. */
const CONCURRENCY = 16;

/** Headers of 2, 4 and 10 bytes, in this order. */
const MESSAGES = ['short', 'm'.repeat(200), 'l'.repeat(70_000)];
const FRAMES = MESSAGES.map((payload) => encodeFrame({ opcode: OPCODE.text, payload }));

/** The answer of the server, whose length is the same for every key. */
const HEAD =
  'HTTP/1.1 101 Answer\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Accept: ${'='.repeat(28)}\r\n\r\n`;

async function each(offsets, body) {
  const rest = [...offsets];
  const work = async () => {
    for (let offset = rest.shift(); offset !== undefined; offset = rest.shift()) {
      await within(body(offset), `the end of a connection that is cut at byte ${offset}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

function range(start, end, step = 1) {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
}

async function assertNeverOpens(url) {
  const wss = new WebSocketStream(url);
  assertWebSocketError(await rejection(wss.opened));
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
}

/** What a reader gets before the connection fails, and how it fails. */
async function readToTheFailure(url) {
  const wss = new WebSocketStream(url);
  const { readable } = await wss.opened;
  const received = [];
  const reader = readable.getReader();
  let failure;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      assert.equal(done, false, 'an unclean end is no end of the readable');
      received.push(value);
    }
  } catch (error) {
    failure = error;
  }
  assert.equal(await rejection(wss.closed), failure);
  assertWebSocketError(failure, { closeCode: 1006, reason: '' });
  return received;
}

for (const how of ['reset', 'end']) {
  const title = how === 'reset' ? 'a reset' : 'an end of the stream';

  test(`${title} at any byte of the handshake's answer rejects opened and closed`, async (t) => {
    const server = await startServer(t);
    await each(range(0, HEAD.length), async (after) => {
      const proxy = await startProxy(t, server.port, { down: { after, how } });
      await assertNeverOpens(proxy.url());
    });
  });

  test(`${title} at any byte of the request rejects opened and closed`, async (t) => {
    const server = await startServer(t);
    await each(range(0, 150), async (after) => {
      const proxy = await startProxy(t, server.port, { up: { after, how } });
      await assertNeverOpens(proxy.url());
    });
  });

  test(`${title} at any byte of a header or payload delivers the whole messages before it`, async (t) => {
    const server = await startServer(t, { answer: { body: Buffer.concat(FRAMES) } });
    const [first, second, third] = FRAMES.map((frame) => frame.length);
    const large = HEAD.length + first + second;
    const offsets = [
      ...range(HEAD.length, large + 14),
      ...range(large + 14, large + third, 4999),
      large + third - 1,
    ];
    await each(offsets, async (after) => {
      const proxy = await startProxy(t, server.port, { down: { after, how } });
      // A reset may take the handshake's answer back with it.
      const received = await readToTheFailure(proxy.url()).catch((error) => {
        assertWebSocketError(error);
        assert.equal(how, 'reset', `opened at ${after}: ${error.message}`);
        return [];
      });
      const passed = after - HEAD.length;
      const whole = passed >= first + second ? 2 : passed >= first ? 1 : 0;
      if (how === 'end') assert.equal(received.length, whole, `cut at byte ${after}`);
      assert.ok(received.length <= whole, `cut at byte ${after}`);
      assert.deepEqual(received, MESSAGES.slice(0, received.length));
    });
  });

  test(`${title} in a TLS handshake rejects opened and closed`, async (t) => {
    const server = await startServer(t, { tls: await selfSigned() });
    await each(range(0, 700), async (after) => {
      const proxy = await startProxy(t, server.port, { down: { after, how } });
      await assertNeverOpens(proxy.url('wss', 'localhost'));
    });
  });

  test(`${title} while messages are sent rejects closed and every write that waits`, async (t) => {
    const server = await startServer(t);
    await each(range(0, 100_000, 3333), async (offset) => {
      const proxy = await startProxy(t, server.port, { up: { after: 500 + offset, how } });
      const wss = new WebSocketStream(proxy.url());
      const { writable } = await wss.opened;
      const writer = writable.getWriter();
      const write = async () => {
        for (;;) await writer.write('x'.repeat(1000));
      };
      const failure = await rejection(write());
      assert.equal(await rejection(wss.closed), failure);
      assertWebSocketError(failure, { closeCode: 1006 });
    });
  });
}
