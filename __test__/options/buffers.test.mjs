import assert from 'node:assert/strict';
import { kernelBufferBytes } from '../helpers/kernel-buffers.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { untilSteady } from '../helpers/until.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;

/** One read of the network thread, which may come on top of a full buffer. */
const READ = 128 * KIB;

for (const receiveBuffer of [32 * KIB, MIB]) {
  test(`receiveBuffer ${receiveBuffer} is what waits for a reader, and little more`, async (t) => {
    const { wss, peer } = await openPair(t, { client: { receiveBuffer } });
    for (let i = 0; i < 32; i++) peer.sendBinary(Buffer.alloc(64 * KIB, i));
    const waiting = await untilSteady(() => wss.stats.receiveBuffered, 'what waits');
    assert.ok(waiting >= receiveBuffer - 64 * KIB, `${waiting} bytes`);
    // Each message counts 32 bytes on top of its own.
    assert.ok(waiting <= receiveBuffer + READ + KIB, `${waiting} bytes`);
  });
}

for (const sendBuffer of [16 * KIB, MIB]) {
  test(`sendBuffer ${sendBuffer} is what waits for the network, and one message more`, async (t) => {
    const { wss, writable } = await openPair(t, {
      server: { paused: true },
      client: { sendBuffer },
    });
    const writer = writable.getWriter();
    const message = new Uint8Array(8 * KIB);
    const count = (kernelBufferBytes() + 4 * MIB) / message.length;
    const writes = Array.from({ length: count }, () => writer.write(message));
    const settled = Promise.allSettled(writes);
    const waiting = await untilSteady(() => wss.stats.sendBuffered, 'what waits');
    // The kernel may have taken a little more, and a writer that waits goes on when a quarter is left.
    assert.ok(waiting > sendBuffer / 4, `${waiting} bytes`);
    assert.ok(waiting <= sendBuffer + message.length, `${waiting} bytes`);
    wss.terminate();
    await settled;
  });
}
