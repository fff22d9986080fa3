import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const fixture = new URL('./fixtures/life.mjs', import.meta.url);

test('NODE_DEBUG=websocketstream prints the life of a connection without its secrets', async (t) => {
  const { port } = await startWsServer(t);
  const url = `ws://user:secret@127.0.0.1:${port}/?token=secret`;
  const { code, stderr } = await runFixture(fixture, {
    args: [url],
    env: { NODE_DEBUG: 'websocketstream' },
  });
  assert.equal(code, 0, stderr);
  const lines = stderr.split('\n').filter((line) => line.startsWith('WEBSOCKETSTREAM'));
  const words = [
    'connecting to',
    'handshake: status 101',
    'open:',
    'ping-sent',
    'pong-received',
    'closed',
  ];
  for (const word of words) {
    assert.ok(
      lines.some((line) => line.includes(word)),
      `${word}\n${stderr}`,
    );
  }
  assert.doesNotMatch(stderr, /secret/);
});

test('nothing is printed without NODE_DEBUG', async (t) => {
  const { url } = await startWsServer(t);
  const { code, stderr } = await runFixture(fixture, { args: [url] });
  assert.equal(code, 0);
  assert.equal(stderr, '');
});
