import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { OPCODE } from '../helpers/frame.mjs';
import { rejection, state } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { turns, until } from '../helpers/until.mjs';

/** @returns {Promise<{ opcode: number, payload: Buffer, frames: number }>} the next message, joined */
async function nextMessage(peer) {
  const frames = [];
  do frames.push(await peer.next());
  while (!frames.at(-1).fin);
  assert.ok(frames.slice(1).every(({ opcode }) => opcode === 0));
  const payload = Buffer.concat(frames.map((frame) => frame.payload));
  return { opcode: frames[0].opcode, payload, frames: frames.length };
}

async function* from(pieces) {
  for (const piece of pieces) yield piece;
}

const rows = [
  ['a Blob', () => new Blob(['gr\u00fc', '\u00df']), OPCODE.binary, 'gr\u00fc\u00df'],
  ['an empty Blob', () => new Blob([]), OPCODE.binary, ''],
  ['an async iterable of strings', () => from(['a', '', 'b']), OPCODE.text, 'ab'],
  [
    'an async iterable of bytes',
    () => from([Buffer.from('a'), Buffer.from('b')]),
    OPCODE.binary,
    'ab',
  ],
  ['a ReadableStream of strings', () => ReadableStream.from(['a', 'b', 'c']), OPCODE.text, 'abc'],
  ['an async iterable of nothing', () => from([]), OPCODE.binary, ''],
  [
    'strings that share a pair of UTF-16 units',
    () => from(['x\ud83d', '\ude00y']),
    OPCODE.text,
    'x\u{1f600}y',
  ],
  ['strings that end with half a pair', () => from(['x\ud83d']), OPCODE.text, 'x\ufffd'],
];
for (const [title, make, opcode, expected] of rows) {
  test(`${title} is sent as one message`, async (t) => {
    const { peer, writable } = await openPair(t);
    const writer = writable.getWriter();
    await Promise.all([writer.write(make()), writer.write('next')]);
    const message = await nextMessage(peer);
    assert.equal(message.opcode, opcode);
    assert.equal(message.payload.toString(), expected);
    assert.equal(await peer.nextText(), 'next');
  });
}

test('a piece goes out when it is there, and control frames go between', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const pieces = new TransformStream();
  const source = pieces.writable.getWriter();
  const writer = writable.getWriter();
  const written = writer.write(pieces.readable);
  const after = writer.write('after');
  source.write('first');
  const first = await peer.next();
  assert.deepEqual([first.opcode, first.fin], [OPCODE.text, false]);
  wss.ping('between');
  assert.equal((await peer.next()).opcode, OPCODE.ping);
  assert.equal(await state(written), 'pending');
  source.close();
  const last = await peer.next();
  assert.deepEqual([last.opcode, last.fin, last.payload.length], [0, true, 0]);
  await Promise.all([written, after]);
  assert.equal(await peer.nextText(), 'after');
});

test('a large message is sent in the memory of a few pieces', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const piece = Buffer.alloc(1 << 20, 'piece');
  const expected = createHash('sha256');
  let most = 0;
  async function* source() {
    for (let i = 0; i < 48; i++) {
      expected.update(piece);
      most = Math.max(most, wss.stats.sendBuffered);
      yield piece;
    }
  }
  const written = writable.getWriter().write(source());
  const hash = createHash('sha256');
  let frame;
  do {
    frame = await peer.next();
    hash.update(frame.payload);
  } while (!frame.fin);
  await written;
  assert.equal(hash.digest('hex'), expected.digest('hex'));
  // One piece may wait beyond the send buffer.
  assert.ok(most < 2 << 20, `${most} bytes were buffered`);
  assert.deepEqual([wss.stats.messagesSent, wss.stats.payloadSent], [1, 48 << 20]);
});

test('an error of the source rejects the write and closes the connection', async (t) => {
  const { wss, peer, writable } = await openPair(t);
  const failure = new Error('no more');
  async function* broken() {
    yield 'half';
    throw failure;
  }
  assert.equal(await rejection(writable.getWriter().write(broken())), failure);
  assert.equal((await peer.next()).fin, false);
  await peer.answerClose();
  await wss.closed;
});

for (const [title, pieces] of [
  ['a piece that is neither bytes nor a string', ['a', 5]],
  ['bytes after strings', ['a', new Uint8Array(1)]],
]) {
  test(`${title} is refused with a TypeError`, async (t) => {
    const { peer, writable } = await openPair(t);
    const error = await rejection(writable.getWriter().write(from(pieces)));
    await peer.answerClose();
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /piece/);
  });
}

test('a source that never goes on keeps neither abort() nor an unclean end waiting', async (t) => {
  for (const end of ['abort', 'reset']) {
    const { wss, peer, writable } = await openPair(t);
    let cancelled = false;
    const source = new ReadableStream({
      start: (controller) => controller.enqueue('begun'),
      cancel: () => {
        cancelled = true;
      },
    });
    const writer = writable.getWriter();
    const written = writer.write(source);
    await peer.next();
    if (end === 'abort') {
      const aborted = writer.abort();
      await peer.answerClose();
      await aborted;
      await wss.closed;
    } else {
      peer.reset();
      assert.equal(await rejection(written), await rejection(wss.closed));
    }
    await until(() => cancelled, 'the source is cancelled');
  }
});

for (const [title, end] of [
  ['close()', ({ wss }) => wss.close()],
  ['abort()', ({ writer }) => writer.abort()],
  ['a reset', ({ peer }) => peer.reset()],
]) {
  test(`a source that throws when it is left keeps ${title} from nothing`, async (t) => {
    const { wss, peer, writable } = await openPair(t);
    let left = false;
    const iterator = {
      next: () => new Promise(() => {}),
      return() {
        left = true;
        throw new Error('from return()');
      },
    };
    const writer = writable.getWriter();
    writer.write({ [Symbol.asyncIterator]: () => iterator }).catch(() => {});
    await turns();
    end({ wss, peer, writer });
    if (title === 'a reset') assert.equal((await rejection(wss.closed)).closeCode, 1006);
    else {
      await peer.answerClose();
      assert.equal((await wss.closed).closeCode, 1005);
    }
    assert.ok(left);
  });
}

test('other objects stay strings as the standard has it', async (t) => {
  const { peer, writable } = await openPair(t);
  const writer = writable.getWriter();
  for (const chunk of [{}, null, 5, [1, 2], { toString: () => 'mine' }]) await writer.write(chunk);
  for (const text of ['[object Object]', 'null', '5', '1,2', 'mine']) {
    assert.equal(await peer.nextText(), text);
  }
});
