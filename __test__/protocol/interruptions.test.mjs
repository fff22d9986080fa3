// Whatever a program does with a connection amid whatever a server sends: the connection ends, and nothing
// is thrown where nobody can catch it.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';

import { openPair } from '../helpers/pair.mjs';
import {
  isSameMessage,
  makeSequence,
  MAX_MESSAGE_SIZE,
  seeded,
  sendSequence,
  turn,
} from '../helpers/sequence.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';

/** What ends a connection from this side. What these promise may fail; that is not looked at here. */
const actions = {
  'reader.cancel()': ({ reader }) => [reader.cancel()],
  'reader.cancel(error)': ({ reader }) => [reader.cancel(new Error('enough'))],
  'readable.cancel() without a reader': ({ reader, readable }) => {
    reader.releaseLock();
    return [readable.cancel()];
  },
  'both branches of readable.tee() cancelled': ({ reader, readable }) => {
    reader.releaseLock();
    return readable.tee().map((branch) => branch.cancel());
  },
  'writer.close()': ({ writer }) => [writer.close()],
  'writer.abort()': ({ writer }) => [writer.abort()],
  'writer.abort(error) and reader.cancel()': ({ writer, reader }) => [
    writer.abort(new Error('enough')),
    reader.cancel(),
  ],
  'close()': ({ wss }) => [wss.close()],
  'close() with a code': ({ wss }) => [wss.close({ closeCode: 3333, reason: 'enough' })],
  'close() twice and reader.cancel()': ({ wss, reader }) => [
    wss.close(),
    wss.close(),
    reader.cancel(),
  ],
  'terminate()': ({ wss }) => [wss.terminate()],
};

for (const [transport, makeOptions] of [
  ['TCP', () => ({})],
  ['TLS', makeTls],
]) {
  test(`a connection over ${transport} that a program interrupts ends, and nothing is thrown`, async (t) => {
    const { client, server } = await makeOptions();
    // An event of a socket belongs to no test, and so does what it throws.
    const faults = [];
    const onFault = (error) => faults.push(error);
    process.on('uncaughtException', onFault);
    t.after(() => process.off('uncaughtException', onFault));
    const first = randomInt(2 ** 31);
    for (let seed = first; seed < first + SEQUENCES; seed++) {
      const names = Object.keys(actions);
      const name = names[seed % names.length];
      const title = `${name} amid ${makeSequence(seed).name}`;
      await within(interrupt(t, seed, actions[name], title, { client, server }), title);
      assert.deepEqual(faults, [], title);
    }
  });
}

async function interrupt(t, seed, action, title, { client, server }) {
  const random = seeded(seed);
  const sequence = makeSequence(seed);
  const { peer, wss, readable, writable } = await openPair(t, {
    client: { maxMessageSize: MAX_MESSAGE_SIZE, closeTimeout: 2000, ...client },
    server,
  });
  const reader = readable.getReader();
  const writer = writable.getWriter();
  for (const promise of [reader.closed, writer.closed, writer.ready]) promise.catch(() => {});
  sendSequence(peer, seed, sequence);
  peer.answerClose().catch(() => {});
  for (let i = random(8); i > 0; i--) writer.write(new Uint8Array(random(100_000))).catch(() => {});
  await readSome(reader, sequence, random(sequence.messages.length + 1), title);
  // Somebody waits for a message, which may be amid.
  if (random(2)) reader.read().catch(() => {});
  if (random(2)) await turn();
  await Promise.allSettled(action({ wss, reader, writer, readable }));
  await wss.closed.catch(() => {});
}

async function readSome(reader, { messages }, count, title) {
  for (let i = 0; i < count; i++) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    assert.ok(isSameMessage(value, messages[i]), `message ${i} before ${title}`);
  }
}

async function makeTls() {
  const authority = await Authority.create();
  return { client: { tls: { ca: authority.pem } }, server: { tls: await authority.issue() } };
}

/** Many for each action, in a few seconds. */
const SEQUENCES = 110;
