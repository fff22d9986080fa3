import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';

/** Of CPU time. 30 is the aim on a free machine; a loaded one may take a few times that. */
const LOAD_MS = 100;

const load = () => fixtureResult(new URL('./fixtures/load.cjs', import.meta.url));

test('require() gives the classes and starts no thread, and neither does an aborted stream', async () => {
  const { before, after, name, url } = await load();
  assert.equal(name, 'WebSocketError');
  assert.equal(url, 'ws://127.0.0.1/');
  assert.equal(after, before);
});

test('require() is quick', async () => {
  const times = [];
  for (let i = 0; i < 5; i++) times.push((await load()).ms);
  // The fastest run says what loading costs; the others say how busy the machine is.
  const fastest = Math.min(...times);
  assert.ok(fastest < LOAD_MS, `${times.join(', ')} ms`);
});

test('require() does not make Node load its fetch, which costs more than the package', async () => {
  assert.equal((await load()).fetchLoaded, false);
});

test('an ES module can import the classes by name', async () => {
  const result = await fixtureResult(new URL('./fixtures/load.mjs', import.meta.url));
  assert.deepEqual(result, { named: ['WebSocketError', 'WebSocketStream'], same: true });
});
