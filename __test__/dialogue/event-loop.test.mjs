// Which event queue waits for a socket: the network thread's, or the one that Node's event loop watches.

import assert from 'node:assert/strict';
import { descriptorOf, queuesWith } from '../helpers/event-queues.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { until, within } from '../helpers/until.mjs';

/** More than make a pace, so that few of them are enough on a busy machine. */
const BURST = 64;

test('a quick dialogue moves the socket to the event loop of Node, and silence moves it back', async (t) => {
  const { info, peer, readable, writable } = await openPair(t);
  const socket = descriptorOf(info.localPort);
  const before = queuesWith(socket);
  assert.ok(before.length > 0);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const talk = async () => {
    for (;;) {
      // Looking takes time, which a quick dialogue has not.
      for (let i = 0; i < BURST; i += 1) {
        const read = reader.read();
        writer.write('question');
        await peer.nextText();
        peer.sendText('answer');
        await read;
      }
      const queues = queuesWith(socket);
      // In none for a moment while it moves.
      if (queues.length > 0 && !queues.some((queue) => before.includes(queue))) return;
    }
  };
  await within(talk(), 'the event loop waits for the socket');
  await until(
    () => queuesWith(socket).some((queue) => before.includes(queue)),
    'the network thread waits for the socket',
  );
});
