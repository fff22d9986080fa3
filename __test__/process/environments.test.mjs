import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const fixture = (name) => new URL(`./fixtures/${name}.mjs`, import.meta.url);

test('two copies of the package work in one process', async (t) => {
  const { url } = await startWsServer(t);
  assert.deepEqual(await fixtureResult(fixture('two-copies'), { args: [url] }), {
    echoes: [
      ['copy 0', 1000],
      ['copy 1', 1000],
    ],
    distinct: true,
  });
});

test('processes of a cluster have their own connections, and one may be killed', async (t) => {
  const { url } = await startWsServer(t);
  assert.deepEqual(await fixtureResult(fixture('clustered'), { args: [url] }), [
    ['a', 0],
    ['b', 0],
    ['c', 'SIGKILL'],
    'primary',
  ]);
});

test('a forked process has its own connections, and may be killed', async (t) => {
  const { url } = await startWsServer(t);
  assert.deepEqual(await fixtureResult(fixture('forked'), { args: [url] }), [
    ['child', 0],
    ['child', 'SIGKILL'],
    'parent',
  ]);
});

test('a vm context can use the package with its own buffers', async (t) => {
  const { url } = await startWsServer(t);
  assert.deepEqual(await fixtureResult(fixture('context'), { args: [url] }), {
    bytes: [1, 2, 3],
    zeros: [0, 0],
    text: 'text',
    closeCode: 3001,
    name: 'SyntaxError',
  });
});
