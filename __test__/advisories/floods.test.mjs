import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const { binary, continuation, ping, text } = OPCODE;
const MIB = 1024 * 1024;
const PAGE_BYTES = 4096;

async function endsWith1009({ wss, peer, readable }) {
  peer.resume();
  assert.equal((await peer.untilClose()).code, 1009);
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1009 });
  assert.equal(await rejection(readable.getReader().read()), error);
}

for (const id of ['CVE-2026-109932', 'GHSA-9fm3-97px-rjf6', 'ws 8.23.0']) {
  test(`${id}: pings to a client whose peer never reads cost no memory`, async (t) => {
    const { peer, readable } = await openPair(t, { server: { paused: true } });
    const flood = Buffer.concat(
      Array(10_000).fill(encodeFrame({ opcode: ping, payload: 'x'.repeat(125) })),
    );
    const before = process.memoryUsage.rss();
    // What the pongs would need is some times what the kernel and the output can hold.
    const rounds = Math.ceil((2 * kernelBufferBytes() + 120 * MIB) / flood.length);
    for (let i = 0; i < rounds; i++) await peer.sendRaw(flood);
    await peer.sendText('behind');
    assert.equal((await readable.getReader().read()).value, 'behind');
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 48 * MIB, `${grown} bytes more`);
  });
}

for (const [id, size] of [
  ['CVE-2026-48779', 1],
  ['CVE-2026-62389', 0],
  ['CVE-2026-12151', 0],
  ['GHSA-vxpw-j846-p89q', 1],
]) {
  test(`${id}: fragments of ${size} bytes without end are ended with 1009`, async (t) => {
    const pair = await openPair(t);
    const before = process.memoryUsage.rss();
    const fragment = { opcode: continuation, fin: false, payload: 'x'.repeat(size) };
    pair.peer.sendFrame({ ...fragment, opcode: text });
    pair.peer.sendRaw(Buffer.concat(Array(20_000).fill(encodeFrame(fragment))));
    await endsWith1009(pair);
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 32 * MIB, `${grown} bytes more`);
  });
}

for (const id of ['CVE-2026-9675', 'GHSA-38rv-x7px-6hhq']) {
  test(`${id}: the limit counts all fragments of a message together`, async (t) => {
    const pair = await openPair(t, { client: { maxMessageSize: 10_000 } });
    const payload = 'x'.repeat(4000);
    pair.peer.sendFrame({ opcode: binary, fin: false, payload });
    pair.peer.sendFrame({ opcode: continuation, fin: false, payload });
    pair.peer.sendFrame({ opcode: continuation, fin: true, payload });
    await endsWith1009(pair);
  });
}

for (const id of ['CVE-2026-1528', 'GHSA-f269-vfmq-vjvj']) {
  for (const [title, length, code] of [
    ['2^31', 2n ** 31n, 1009],
    ['2^53', 2n ** 53n, 1009],
    ['2^63 - 1', 2n ** 63n - 1n, 1009],
    ['2^63', 2n ** 63n, 1002],
    ['2^64 - 1', 2n ** 64n - 1n, 1002],
  ]) {
    test(`${id}: an announced length of ${title} ends with ${code}`, async (t) => {
      const { wss, peer } = await openPair(t);
      peer.sendFrame({ opcode: binary, length });
      assert.equal((await peer.untilClose()).code, code);
      assertWebSocketError(await rejection(wss.closed), { closeCode: code });
    });
  }

  test(`${id}: lengths that overflow when they are added up end with 1009`, async (t) => {
    const { wss, peer } = await openPair(t, { client: { maxMessageSize: 2 ** 31 - 1 } });
    peer.sendFrame({ opcode: binary, fin: false, payload: 'x' });
    peer.sendFrame({ opcode: continuation, length: 2n ** 63n - 1n });
    assert.equal((await peer.untilClose()).code, 1009);
    assertWebSocketError(await rejection(wss.closed), { closeCode: 1009 });
  });
}

for (const id of ['CVE-2022-35922', 'RUSTSEC-2022-0035']) {
  test(`${id}: an announced length reserves no memory`, async (t) => {
    const before = reserved();
    for (let i = 0; i < 40; i++) {
      const { peer } = await openPair(t);
      // The ping behind a whole message is answered once everything before it was looked at.
      await peer.sendFrame({ opcode: ping });
      assert.equal((await peer.next()).opcode, OPCODE.pong);
      await peer.sendFrame({ opcode: binary, length: 60 * MIB, payload: 'x' });
    }
    const grown = reserved() - before;
    assert.ok(grown < 1000 * MIB, `${grown} bytes more`);
  });
}

/** Address space in bytes: memory that is reserved and not touched is not resident. */
function reserved() {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  return Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[0]) * PAGE_BYTES;
}
