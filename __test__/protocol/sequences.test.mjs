// Whatever a server sends and however it ends: what it sent before the end is read, all of it, in order.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';

import { OPCODE } from '../helpers/frame.mjs';
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

/** How the messages are read: the options, and how often the reader does something else. */
const readers = [
  ['a quick reader', {}],
  ['a slow reader', {}, 10],
  ['a reader with a small buffer', { receiveBuffer: 1024 }],
  ['a slow reader of shared buffers', { sharedBuffers: true, receiveBuffer: 1 << 20 }, 30],
];

for (const [reader, options, pause] of readers) {
  test(`${reader} gets all messages before the end`, async (t) => {
    await forEachSequence(t, options, async ({ sequence, seed, peer, readable }) => {
      sendSequence(peer, seed, sequence);
      await assertMessages(readable, sequence, pause && { random: seeded(seed), pause });
    });
  });
}

test('a reader over TLS gets all messages before the end', async (t) => {
  const authority = await Authority.create();
  const client = { tls: { ca: authority.pem } };
  const server = { tls: await authority.issue() };
  await forEachSequence(
    t,
    client,
    async ({ sequence, seed, peer, readable }) => {
      sendSequence(peer, seed, sequence);
      await assertMessages(readable, sequence);
    },
    server,
  );
});

test('one who answers each message gets all messages before the end', async (t) => {
  await forEachSequence(t, {}, async ({ sequence, seed, peer, readable, writable }) => {
    const writer = writable.getWriter();
    // The end comes with the last message, or behind its answer.
    const steps = [...sequence.steps];
    if (seed % 2 && steps.length > 0) steps.push(Buffer.concat([steps.pop(), sequence.last]));
    else steps.push(sequence.last);
    let next = 0;
    const step = () => {
      if (next === steps.length) return;
      peer.sendRaw(steps[next++]);
      if (next === steps.length && sequence.isCutOff) peer.end();
    };
    peer.onAnswer = step;
    step();
    await assertMessages(readable, sequence, undefined, (message) => {
      writer.write(message).catch(() => {});
    });
  });
});

/** Some sequences, other ones each time. The name of one that fails tells its number. */
async function forEachSequence(t, options, use, server = {}) {
  const first = randomInt(2 ** 31);
  for (let seed = first; seed < first + SEQUENCES; seed++) {
    const sequence = makeSequence(seed);
    const client = { perMessageDeflate: false, maxMessageSize: MAX_MESSAGE_SIZE, ...options };
    const { peer, wss, readable, writable } = await openPair(t, { client, server });
    const ended = listen(peer);
    await within(use({ sequence, seed, peer, readable, writable }), sequence.name);
    const closed = await within(
      wss.closed.then(
        (info) => ({ isClean: true, closeCode: info.closeCode }),
        (error) => ({ isClean: false, closeCode: error.closeCode }),
      ),
      `the end of ${sequence.name}`,
    );
    assert.deepEqual(
      closed,
      { isClean: sequence.isClean, closeCode: sequence.code },
      sequence.name,
    );
    const { code, pongs } = await within(ended, `the client's end of ${sequence.name}`);
    if (!sequence.isCutOff) {
      assert.equal(code, sequence.code, sequence.name);
      assert.equal(pongs > 0, sequence.pings > 0, sequence.name);
    }
    assert.ok(pongs <= sequence.pings, sequence.name);
  }
}

async function assertMessages(readable, { name, messages }, slowly, onMessage = () => {}) {
  let count = 0;
  try {
    for await (const message of readable) {
      const expected = messages[count++];
      assert.equal(typeof message, typeof expected, `${name}, message ${count}`);
      assert.ok(isSameMessage(message, expected), `${name}, message ${count}`);
      onMessage(message);
      if (slowly?.random(slowly.pause) === 0) await turn();
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
  }
  assert.equal(count, messages.length, name);
}

/** What the client sends until its Close frame, or its end; the server closes the socket then. */
async function listen(peer) {
  let pongs = 0;
  for await (const { opcode, payload } of peer) {
    if (opcode === OPCODE.pong) pongs++;
    else if (opcode !== OPCODE.close) peer.onAnswer?.();
    else {
      peer.end();
      return { pongs, code: payload.length ? payload.readUInt16BE() : 1005 };
    }
  }
  return { pongs };
}

/** Enough for each end in each of the sizes, in a few seconds. */
const SEQUENCES = 60;
