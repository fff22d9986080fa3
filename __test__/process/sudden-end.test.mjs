import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { flood } from './flood.mjs';

test('process.exit() with open connections amid traffic ends with its code', async (t) => {
  const { url } = await startWsServer(t, { onConnection: flood });
  for (let round = 0; round < 5; round++) {
    const { code, signal, stderr } = await runFixture(
      new URL('./fixtures/exit-with-open.mjs', import.meta.url),
      { args: [url] },
    );
    assert.deepEqual({ code, signal, stderr }, { code: 7, signal: null, stderr: '' });
  }
});

test('an uncaught error with an open connection ends the process as in any other program', async (t) => {
  const { url } = await startWsServer(t, { onConnection: flood });
  const { code, signal, stderr } = await runFixture(
    new URL('./fixtures/throw-with-open.mjs', import.meta.url),
    { args: [url] },
  );
  assert.deepEqual([code, signal], [1, null]);
  assert.match(stderr, /thrown on purpose/);
});
