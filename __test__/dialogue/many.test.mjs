// Connections each of which is slow, and which together are not.

import assert from 'node:assert/strict';
import { descriptorOf, queuesWith, watchedBy } from '../helpers/event-queues.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { until, within } from '../helpers/until.mjs';

const COUNT = 24;

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';
  test(`sockets of many connections over ${over} move to the event loop of Node, and silence moves them back`, async (t) => {
    await run(t, secure ? await secured() : {});
  });
}

/** Options of both sides. */
async function secured() {
  const authority = await Authority.create();
  return { server: { tls: await authority.issue() }, client: { tls: { ca: authority.pem } } };
}

async function run(t, options) {
  const members = [];
  for (let i = 0; i < COUNT; i++) {
    const { info, peer, readable } = await openPair(t, options);
    members.push({ peer, reader: readable.getReader(), socket: descriptorOf(info.localPort) });
  }
  const queues = new Set(members.flatMap(({ socket }) => queuesWith(socket)));
  assert.ok(queues.size > 0);
  /** How many the network threads wait for. */
  const countLeft = () => {
    const watched = new Set([...queues].flatMap(watchedBy));
    return members.filter(({ socket }) => watched.has(socket)).length;
  };
  assert.equal(countLeft(), COUNT);
  let number = 0;
  /** A message for each in turn. */
  const round = async () => {
    for (const { peer, reader } of members) {
      const read = reader.read();
      peer.sendText(`${number}`);
      assert.equal((await read).value, `${number++}`);
    }
  };
  const talk = async () => {
    while (countLeft() > 0) await round();
  };
  await within(talk(), 'the event loop waits for all sockets');
  await until(() => countLeft() === COUNT, 'the network threads wait for all sockets');
  await round();
}
