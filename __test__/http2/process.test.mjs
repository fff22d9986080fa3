import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { acceptStream, startHttp2Server } from '../helpers/http2-server.mjs';
import { test } from '../helpers/test.mjs';
import { testingEnv } from '../helpers/testing-addon.mjs';
import { until } from '../helpers/until.mjs';
import { flood } from '../process/flood.mjs';

/** Less than an idle connection lives. */
const SOON_MS = 1500;

test('a process ends by itself soon after its streams, while the connection is idle', async (t) => {
  const server = await startHttp2Server(t);
  const { lived } = await fixtureResult(new URL('./fixtures/talk-and-close.mjs', import.meta.url), {
    args: [server.url],
  });
  assert.ok(lived < SOON_MS, `${lived} ms`);
  assert.equal(server.sessions.length, 1);
  await until(() => server.open === 0, 'the connection is gone');
});

test('workers share a connection with the main thread, and may be terminated', async (t) => {
  const server = await startHttp2Server(t, { onStream: (stream) => flood(acceptStream(stream)) });
  const result = await fixtureResult(new URL('./fixtures/terminated-worker.mjs', import.meta.url), {
    args: [server.url],
    env: testingEnv,
  });
  assert.deepEqual(result, { shared: [true, true, true, true, true], read: 1000 });
  assert.equal(server.sessions.length, 1);
  assert.equal(server.streams.length, 6);
});
