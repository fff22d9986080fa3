import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

/** What the server does, and how each promise settles. */
const rows = [
  ['a clean close', { end: 'clean' }, { opened: 'fulfilled', closed: 'fulfilled' }],
  ['a connection that is reset', { end: 'reset' }, { opened: 'fulfilled', closed: 'rejected' }],
  ['a refused handshake', { answer: { status: 404 } }, { opened: 'rejected', closed: 'rejected' }],
  [
    'an abort during the handshake',
    { answer: { silent: true }, way: 'abort' },
    { opened: 'rejected', closed: 'rejected' },
  ],
  [
    'promises that were only looked at',
    { answer: { status: 404 }, way: 'look' },
    { opened: 'rejected', closed: 'rejected' },
  ],
];

for (const [title, { end, answer, way = '' }, outcomes] of rows) {
  for (const promise of ['opened', 'closed', 'neither']) {
    test(`${title}: a program that listens to ${promise} ends without an unhandled rejection`, async (t) => {
      const server = await startServer(t, { answer });
      const running = runFixture(new URL('./fixtures/listen-to.mjs', import.meta.url), {
        args: [server.url, promise, way],
      });
      if (end) await endConnection(await server.peer(), end);
      const { code, signal, stdout, stderr } = await running;
      assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
      assert.equal(stdout.trim(), promise === 'neither' ? '' : JSON.stringify(outcomes[promise]));
    });
  }
}

async function endConnection(peer, end) {
  peer.sendText('unread');
  // The pong proves that the client has opened.
  peer.ping();
  await peer.next();
  if (end === 'reset') return peer.reset();
  peer.sendClose(1000);
  await peer.nextClose();
  return peer.end();
}
