import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';

const MIB = 1024 * 1024;
const authority = await Authority.create();
const tls = await authority.issue();

const ends = [
  [
    'a Close frame is a clean close',
    async (peer) => {
      peer.sendClose(4000, 'done');
      await peer.nextClose();
      peer.end();
    },
    { clean: true, closeCode: 4000, reason: 'done' },
  ],
  [
    'close_notify without a Close frame is unclean',
    (peer) => peer.end(),
    { clean: false, closeCode: 1006, reason: '' },
  ],
  [
    'the end of TCP without close_notify is unclean',
    (peer) => peer.destroy(),
    { clean: false, closeCode: 1006, reason: '' },
  ],
];

for (const [title, end, expected] of ends) {
  test(`over TLS everything before the end is delivered, and ${title}`, async (t) => {
    const server = await startServer(t, { tls });
    const running = fixtureResult(new URL('./fixtures/read-to-end.mjs', import.meta.url), {
      args: [server.url],
      env: { NODE_EXTRA_CA_CERTS: await authority.file(t) },
    });
    const peer = await server.peer();
    for (let i = 0; i < 20; i++) peer.sendBinary(Buffer.alloc(MIB, i));
    await peer.flushed();
    // The pong proves that the client has all of it.
    peer.ping();
    await peer.next();
    await end(peer);
    assert.deepEqual(await running, { messages: 20, bytes: 20 * MIB, ...expected });
  });
}
