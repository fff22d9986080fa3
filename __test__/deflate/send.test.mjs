import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { acceptDeflate, Inflater } from '../helpers/deflate.mjs';
import { OPCODE } from '../helpers/frame.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

const RSV1 = 4;
const WORDS = 'price volume bid ask open high low close trade level depth spread'.split(' ');
const message = 'π shrinks well, shrinks well, shrinks well. '.repeat(100);

/** Words in no order: a longer search finds more in them. */
const prose = Array.from({ length: 4000 }, (_, i) => WORDS[(i * i * 7 + i) % WORDS.length]).join(
  ' ',
);

async function open(t, parameters, perMessageDeflate) {
  const pair = await openPair(t, {
    server: acceptDeflate(parameters),
    client: { perMessageDeflate },
  });
  return { ...pair, writer: pair.writable.getWriter() };
}

test('a message becomes one frame with RSV1 that a server can inflate', async (t) => {
  const { peer, writer } = await open(t);
  const inflater = new Inflater();
  for (const opcode of [OPCODE.text, OPCODE.binary, OPCODE.text]) {
    writer.write(opcode === OPCODE.text ? message : Buffer.from(message));
    const frame = await peer.next();
    assert.deepEqual([frame.fin, frame.rsv, frame.opcode], [true, RSV1, opcode]);
    assert.ok(frame.payload.length < message.length / 4);
    assert.equal((await inflater.inflate(frame.payload)).toString(), message);
  }
});

test('later messages are smaller while the context is kept', async (t) => {
  const { peer, writer } = await open(t);
  const digits = randomBytes(2000).toString('hex');
  writer.write(digits);
  writer.write(digits);
  const [first, second] = [await peer.next(), await peer.next()];
  assert.ok(second.payload.length < first.payload.length / 2);
});

async function eachStandsAlone({ peer, writer }) {
  for (let i = 0; i < 3; i++) {
    writer.write(message);
    const { payload } = await peer.next();
    assert.equal((await new Inflater().inflate(payload)).toString(), message);
  }
}

test('each message stands alone when the server asks for it', async (t) => {
  await eachStandsAlone(await open(t, '; client_no_context_takeover', true));
});

test('perMessageDeflate.clientNoContextTakeover makes each message stand alone', async (t) => {
  await eachStandsAlone(await open(t, '', { clientNoContextTakeover: true }));
});

test('perMessageDeflate.level 9 makes messages smaller than level 1', async (t) => {
  const sizes = [];
  for (const level of [9, 1]) {
    const { peer, writer } = await open(t, '', { level });
    writer.write(prose);
    sizes.push((await peer.next()).payload.length);
  }
  assert.ok(sizes[0] < sizes[1], sizes.join(' and '));
});

for (const [bits, fits] of [
  [9, true],
  [15, false],
]) {
  test(`perMessageDeflate.clientMaxWindowBits ${bits} ${fits ? 'fits' : 'does not fit'} a window of 512 bytes`, async (t) => {
    const { peer, writer } = await open(t, '', { clientMaxWindowBits: bits });
    // Each word comes twice in a row, which always shrinks, and again more than 2000 bytes later.
    const words = Array.from({ length: 40 }, () => randomBytes(16).toString('hex').repeat(2));
    const noise = words.join('');
    const inflater = new Inflater({ windowBits: 9 });
    writer.write(noise);
    await inflater.inflate((await peer.next()).payload);
    writer.write(noise);
    const second = inflater.inflate((await peer.next()).payload);
    if (fits) assert.equal((await second).toString(), noise);
    else await assert.rejects(second, /too far back/);
  });
}

test('perMessageDeflate.threshold: smaller messages are sent plain', async (t) => {
  const { peer, writer } = await open(t, '', { threshold: Buffer.byteLength(message) });
  writer.write(message.slice(1));
  assert.equal(await peer.nextText(), message.slice(1));
  writer.write(message);
  assert.equal((await peer.next()).rsv, RSV1);
});

test('the default threshold is 1024 bytes', async (t) => {
  const { peer, writer } = await open(t);
  writer.write('a'.repeat(1023));
  assert.equal((await peer.next()).rsv, 0);
  writer.write('a'.repeat(1024));
  assert.equal((await peer.next()).rsv, RSV1);
});

test('messages that do not shrink are sent plain and later ones come out right', async (t) => {
  const { peer, writer } = await open(t, '', { threshold: 0 });
  const inflater = new Inflater();
  const noise = randomBytes(5000);
  for (const chunk of ['', 'a', noise]) {
    writer.write(message);
    const frame = await peer.next();
    assert.equal((await inflater.inflate(frame.payload)).toString(), message);
    writer.write(chunk);
    const plain = await peer.next();
    assert.equal(plain.rsv, 0);
    assert.deepEqual(plain.payload, Buffer.from(chunk));
  }
  writer.write(Buffer.concat([noise, noise]));
  const { payload } = await peer.next();
  assert.deepEqual(await inflater.inflate(payload), Buffer.concat([noise, noise]));
});

test('nothing is compressed when the server does not accept it', async (t) => {
  const { peer, writable } = await openPair(t);
  writable.getWriter().write(message);
  assert.equal(await peer.nextText(), message);
});
