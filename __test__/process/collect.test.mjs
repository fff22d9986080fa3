import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { OPCODE } from '../helpers/frame.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

const SIZE = 8 * 1024 * 1024;
const run = (server) =>
  fixtureResult(new URL('./fixtures/collect-while-writing.mjs', import.meta.url), {
    args: [server.url],
    execArgv: ['--expose-gc'],
  });

test('garbage collection while writes are pending loses no write', async (t) => {
  const server = await startServer(t);
  const running = run(server);
  const peer = await server.peer();
  for (let i = 0; i < 8; i++) {
    const { opcode, payload } = await peer.next();
    assert.equal(opcode, OPCODE.binary);
    assert.equal(payload.length, SIZE);
    assert.equal(payload[SIZE - 1], i);
  }
  await peer.answerClose();
  assert.deepEqual(await running, Array(9).fill('fulfilled'));
});

test('garbage collection after the connection was lost with pending writes does not crash', async (t) => {
  const server = await startServer(t);
  const running = run(server);
  const peer = await server.peer();
  await until(() => peer.bytesRead > 0, 'the first write is on its way');
  peer.pause();
  peer.reset();
  const [, ...waiting] = await running;
  assert.deepEqual(waiting, Array(8).fill('WebSocketError'));
});
