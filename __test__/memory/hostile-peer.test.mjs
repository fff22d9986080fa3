import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { untilSteady } from '../helpers/until.mjs';

const MIB = 1024 * 1024;

async function start(t, count = 1, serverOptions = {}) {
  const server = await startServer(t, serverOptions);
  const program = startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [server.url]);
  const peers = Array.from({ length: count }, () => server.peer());
  await program.ask({ name: 'open', count });
  return { program, peers: await Promise.all(peers) };
}

test('an announced length reserves no memory before the payload comes', async (t) => {
  const { program, peers } = await start(t, 20);
  for (const peer of peers) {
    const begin = { opcode: OPCODE.binary, length: 60 * MIB, payload: Buffer.alloc(1000) };
    await peer.sendFrame(begin);
  }
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 40 * MIB, `${growth} bytes more for 20 connections`);
});

test('a peer that pings without end and never reads fills no memory', async (t) => {
  const { program, peers } = await start(t, 1, { paused: true });
  const [peer] = peers;
  const ping = encodeFrame({ opcode: OPCODE.ping, payload: Buffer.alloc(125) });
  const batch = Buffer.concat(Array.from({ length: 8000 }, () => ping));
  for (let i = 0; i < 100; i++) peer.sendRaw(batch);
  await untilSteady(() => peer.accepted, 'what the kernel accepts', { quiet: 1000 });
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 16 * MIB, `${growth} bytes more`);
});

test('tiny fragments without end fill no memory', async (t) => {
  const { program, peers } = await start(t, 10);
  for (const peer of peers) {
    const first = encodeFrame({ opcode: OPCODE.binary, fin: false, payload: 'x' });
    const next = encodeFrame({ opcode: OPCODE.continuation, fin: false, payload: 'x' });
    peer.sendRaw(Buffer.concat([first, ...Array.from({ length: 16_000 }, () => next)]));
    await peer.flushed();
  }
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 16 * MIB, `${growth} bytes more for 10 connections`);
});

test('empty messages that nobody reads fill no memory', async (t) => {
  const { program, peers } = await start(t);
  const [peer] = peers;
  const frames = Buffer.alloc(2 * 4_000_000);
  for (let i = 0; i < frames.length; i += 2) frames[i] = 0x82;
  for (let i = 0; i < 8; i++) peer.sendRaw(frames);
  await untilSteady(() => peer.accepted, 'what the kernel accepts', { quiet: 1000 });
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 16 * MIB, `${growth} bytes more`);
});
