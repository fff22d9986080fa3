import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { acceptDeflate, Inflater } from '../helpers/deflate.mjs';
import { OPCODE } from '../helpers/frame.mjs';
import { rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const RSV1 = 4;
const text = 'gr\u00fc\u00df dich, '.repeat(2000);

async function open(t) {
  const pair = await openPair(t, { server: acceptDeflate() });
  return { ...pair, writer: pair.writable.getWriter() };
}

async function* from(pieces) {
  for (const piece of pieces) yield piece;
}

/** @returns {Promise<{ opcode: number, payload: Buffer }>} the next message, none of it compressed */
async function nextPlain(peer) {
  const frames = [];
  do frames.push(await peer.next());
  while (!frames.at(-1).fin);
  assert.ok(frames.every(({ rsv }) => rsv === 0));
  return {
    opcode: frames[0].opcode,
    payload: Buffer.concat(frames.map((frame) => frame.payload)),
  };
}

const rows = [
  ['a Blob', () => new Blob([text]), OPCODE.binary, text],
  ['strings', () => from([text, text]), OPCODE.text, text + text],
  [
    'strings that share a pair of UTF-16 units',
    () => from([`${text}\ud83d`, `\ude00${text}`]),
    OPCODE.text,
    `${text}\u{1f600}${text}`,
  ],
  [
    'bytes that share a character of UTF-8',
    () => ReadableStream.from([Buffer.from('\u00fc').subarray(0, 1), Buffer.from([0xbc])]),
    OPCODE.binary,
    '\u00fc',
  ],
  ['nothing', () => from([]), OPCODE.binary, ''],
];
for (const [title, make, opcode, expected] of rows) {
  test(`${title} in pieces is sent plain between compressed messages of one context`, async (t) => {
    const { peer, writer } = await open(t);
    const inflater = new Inflater();
    const written = [text, make(), text, make(), text].map((chunk) => writer.write(chunk));
    for (let i = 0; i < 5; i++) {
      if (i % 2) {
        const message = await nextPlain(peer);
        assert.equal(message.opcode, opcode);
        assert.equal(message.payload.toString(), expected);
      } else {
        const frame = await peer.next();
        assert.deepEqual([frame.fin, frame.rsv, frame.opcode], [true, RSV1, OPCODE.text]);
        assert.equal((await inflater.inflate(frame.payload)).toString(), text);
      }
    }
    await Promise.all(written);
  });
}

test('a compressing server echoes a large Blob and the messages around it', async (t) => {
  const ws = { perMessageDeflate: { threshold: 0 }, maxPayload: 0 };
  const { url } = await startWsServer(t, { ws });
  const wss = new WebSocketStream(url);
  const { extensions, readable, writable } = await wss.opened;
  assert.match(extensions, /permessage-deflate/);
  const bytes = Buffer.alloc(3_000_000, randomBytes(999));
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const written = [text, new Blob([bytes]), text].map((chunk) => writer.write(chunk));
  assert.equal((await reader.read()).value, text);
  assert.ok(bytes.equals((await reader.read()).value));
  assert.equal((await reader.read()).value, text);
  await Promise.all(written);
  wss.close();
  await wss.closed;
});

test('a large message in pieces takes the memory of a few pieces with compression on, too', async (t) => {
  const { wss, peer, writer } = await open(t);
  const piece = Buffer.alloc(1 << 20, 'piece');
  const [sent, received] = [createHash('sha256'), createHash('sha256')];
  let most = 0;
  async function* source() {
    for (let i = 0; i < 24; i++) {
      sent.update(piece);
      most = Math.max(most, wss.stats.sendBuffered);
      yield piece;
    }
  }
  const written = writer.write(source());
  let frame;
  do {
    frame = await peer.next();
    received.update(frame.payload);
  } while (!frame.fin);
  await written;
  assert.equal(received.digest('hex'), sent.digest('hex'));
  assert.ok(most < 2 << 20, `${most} bytes were buffered`);
});

const endless = {
  'an async generator': async function* begun() {
    yield text;
    await new Promise(() => {});
  },
  'a ReadableStream': () => new ReadableStream({ start: (c) => c.enqueue(text) }),
};
for (const [title, make] of Object.entries(endless)) {
  test(`${title} that never goes on does not keep close() waiting`, async (t) => {
    const { wss, peer, writer } = await open(t);
    const written = writer.write(make());
    assert.equal((await peer.next()).fin, false);
    assert.equal(await state(written), 'pending');
    wss.close({ closeCode: 4000 });
    assert.equal((await peer.answerClose()).code, 4000);
    await written;
    assert.equal((await wss.closed).closeCode, 4000);
  });

  test(`${title} that never goes on is left at abort()`, async (t) => {
    const { wss, peer, writer } = await open(t);
    writer.write(make()).catch(() => {});
    await peer.next();
    const aborted = writer.abort();
    await peer.answerClose();
    await aborted;
    await wss.closed;
  });

  test(`${title} that never goes on is left when the peer closes`, async (t) => {
    const { wss, peer, readable, writer } = await open(t);
    const written = rejection(writer.write(make()));
    await peer.next();
    peer.sendClose(4001);
    peer.end();
    assert.equal((await peer.nextClose()).code, 4001);
    assert.equal((await readable.getReader().read()).done, true);
    assert.equal((await wss.closed).closeCode, 4001);
    assert.equal((await written).name, 'InvalidStateError');
  });
}

test('an error in the middle of compressible pieces rejects the write and closes the connection', async (t) => {
  const { wss, peer, writer } = await open(t);
  const failure = new Error('no more');
  async function* broken() {
    yield text;
    throw failure;
  }
  assert.equal(await rejection(writer.write(broken())), failure);
  assert.equal((await peer.next()).rsv, 0);
  await peer.answerClose();
  await wss.closed;
});
