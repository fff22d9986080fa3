import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { acceptDeflate, deflate } from '../helpers/deflate.mjs';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { WebSocketStream } from '../../index.js';

const { binary, continuation } = OPCODE;
const RSV1 = 4;
const MIB = 1024 * 1024;
const EMPTY_BLOCK = Buffer.from([0, 0, 255, 255]);

async function endsWith1009({ wss, peer, readable }) {
  peer.resume();
  assert.equal((await peer.untilClose()).code, 1009);
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1009 });
  assert.equal(await rejection(readable.getReader().read()), error);
}

/** Compressed bytes that inflate to so many MiB, as blocks that can follow each other. */
async function bomb(mebibytes) {
  const one = Buffer.concat([await deflate(Buffer.alloc(MIB)), EMPTY_BLOCK]);
  return Buffer.concat(Array.from({ length: mebibytes }, () => one));
}

for (const id of ['CVE-2026-1526', 'GHSA-vrm6-8vpv-qv8q']) {
  for (const parameters of ['', '; server_no_context_takeover']) {
    const agreed = `(permessage-deflate${parameters})`;

    test(`${id}: 10 MB that would inflate to 10 GB end with 1009 ${agreed}`, async (t) => {
      const pair = await openPair(t, { server: acceptDeflate(parameters) });
      const before = process.memoryUsage.rss();
      const payload = await bomb(1000);
      // One frame and its continuations: 10 GB in all, of which the limit of 64 MiB is the start.
      pair.peer.sendFrame({ rsv: RSV1, fin: false, opcode: binary, payload });
      for (let i = 0; i < 8; i++) {
        pair.peer.sendFrame({ fin: false, opcode: continuation, payload });
      }
      pair.peer.sendFrame({ opcode: continuation, payload });
      await endsWith1009(pair);
      const grown = process.memoryUsage.rss() - before;
      // The limit itself, and what the server of this test holds.
      assert.ok(grown < 64 * MIB + 3 * 10 * MIB + 32 * MIB, `${grown} bytes more`);
    });

    test(`${id}: 10 KB that inflate to 10 MB end at a limit of 1 MiB ${agreed}`, async (t) => {
      const client = { maxMessageSize: MIB };
      const pair = await openPair(t, { server: acceptDeflate(parameters), client });
      const payload = await deflate(Buffer.alloc(10 * MIB));
      assert.ok(payload.length < 11_000);
      pair.peer.sendFrame({ rsv: RSV1, opcode: binary, payload });
      await endsWith1009(pair);
    });

    test(`${id}: fragments that each inflate to less are counted together ${agreed}`, async (t) => {
      const client = { maxMessageSize: MIB };
      const pair = await openPair(t, { server: acceptDeflate(parameters), client });
      const payload = Buffer.concat([await deflate(Buffer.alloc(MIB / 2)), EMPTY_BLOCK]);
      pair.peer.sendFrame({ rsv: RSV1, fin: false, opcode: binary, payload });
      pair.peer.sendFrame({ fin: false, opcode: continuation, payload });
      pair.peer.sendFrame({ fin: false, opcode: continuation, payload });
      await endsWith1009(pair);
    });
  }
}

for (const parameters of ['', '; server_no_context_takeover']) {
  const agreed = `(permessage-deflate${parameters})`;
  const id = 'GHSA-3wwx-pv8p-q78v';

  test(`${id}: broken DEFLATE behind the limit becomes no uncaught error ${agreed}`, async (t) => {
    const uncaught = [];
    const listen = (error) => uncaught.push(error);
    process.on('uncaughtExceptionMonitor', listen);
    process.on('unhandledRejection', listen);
    t.after(() => {
      process.off('uncaughtExceptionMonitor', listen);
      process.off('unhandledRejection', listen);
    });
    const client = { maxMessageSize: 1000 };
    const pair = await openPair(t, { server: acceptDeflate(parameters), client });
    const tooLarge = await deflate(Buffer.alloc(100_000, 'x'));
    const garbage = Buffer.alloc(10_000, 0xff);
    const payload = Buffer.concat([tooLarge, garbage]);
    pair.peer.sendRaw(
      Buffer.concat([
        encodeFrame({ rsv: RSV1, opcode: binary, payload }),
        encodeFrame({ rsv: RSV1, opcode: binary, payload: garbage }),
      ]),
    );
    pair.peer.end();
    await endsWith1009(pair);
    assert.deepEqual(uncaught, []);
  });

  test(`${id}: broken DEFLATE alone ends the connection with an error ${agreed}`, async (t) => {
    const { wss, peer } = await openPair(t, { server: acceptDeflate(parameters) });
    peer.sendFrame({ rsv: RSV1, opcode: binary, payload: Buffer.alloc(10_000, 0xff) });
    const { code } = await peer.untilClose();
    assert.equal(code, 1007);
    assertWebSocketError(await rejection(wss.closed), { closeCode: code });
  });
}

for (const id of ['CVE-2026-2229', 'GHSA-v9p9-hfj2-hcw8']) {
  for (let bits = 8; bits <= 15; bits++) {
    test(`${id}: server_max_window_bits=${bits} is taken, and messages come right`, async (t) => {
      const server = acceptDeflate(`; server_max_window_bits=${bits}`);
      const { peer, readable } = await openPair(t, { server });
      const half = randomBytes(100);
      // Node's zlib makes windows of 9 bits at least; what refers back less fits in any.
      const message = Buffer.concat([half, half]);
      const payload = await deflate(message, { windowBits: Math.max(bits, 9) });
      peer.sendFrame({ rsv: RSV1, opcode: binary, payload });
      const { value } = await readable.getReader().read();
      assert.deepEqual(value, new Uint8Array(message));
    });
  }

  test(`${id}: a message that refers behind the agreed window does no harm`, async (t) => {
    const server = acceptDeflate('; server_max_window_bits=9');
    const { wss, peer, readable } = await openPair(t, { server });
    const half = randomBytes(20_000);
    const message = Buffer.concat([half, half]);
    peer.sendFrame({ rsv: RSV1, opcode: binary, payload: await deflate(message) });
    const outcome = await Promise.race([
      readable.getReader().read(),
      rejection(wss.closed).then((error) => ({ error })),
    ]);
    if (outcome.error) assertWebSocketError(outcome.error, { closeCode: 1007 });
    else assert.deepEqual(outcome.value, new Uint8Array(message));
  });

  for (const answer of ['', '; server_max_window_bits=11', '; server_max_window_bits=16']) {
    test(`${id}: after 10 bits were asked for, "permessage-deflate${answer}" ends in an error`, async (t) => {
      const server = await startServer(t, acceptDeflate(answer));
      const options = { perMessageDeflate: { serverMaxWindowBits: 10 } };
      const wss = new WebSocketStream(server.url, options);
      const error = await rejection(wss.opened);
      assertWebSocketError(error);
      assert.match(error.message, /server_max_window_bits/);
    });
  }
}
