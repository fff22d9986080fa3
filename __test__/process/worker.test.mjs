import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { flood, floodWith } from './flood.mjs';

const LARGE = 'a'.repeat(512 * 1024 - 1) + 'z';

test('two workers and the main thread use connections at once, and each worker ends by itself', async (t) => {
  const { url } = await startWsServer(t);
  const result = await fixtureResult(new URL('./fixtures/two-workers.mjs', import.meta.url), {
    args: [url],
  });
  assert.deepEqual(result, {
    main: 3000,
    workers: [
      { name: 'one', inOrder: 3000, closeCode: 1000, code: 0 },
      { name: 'two', inOrder: 3000, closeCode: 1000, code: 0 },
    ],
  });
});

test('a worker can be terminated amid traffic, and the process goes on', async (t) => {
  const { url, server } = await startWsServer(t, { onConnection: flood });
  const result = await fixtureResult(new URL('./fixtures/terminated-worker.mjs', import.meta.url), {
    args: [url],
  });
  assert.deepEqual(result, { codes: [1, 1, 1, 1, 1], read: 5000 });
  assert.equal(server.clients.size, 0);
});

test('workers can end with large texts that they have read', async (t) => {
  const { url } = await startWsServer(t, { onConnection: (socket) => floodWith(socket, LARGE) });
  const fixture = new URL('./fixtures/texts-in-workers.mjs', import.meta.url);
  const { count } = await fixtureResult(fixture, { args: [url], deadline: 60_000 });
  assert.equal(count, 20);
}, 90_000);
