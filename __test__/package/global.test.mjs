import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from '../helpers/test.mjs';

const require = createRequire(import.meta.url);
const file = require.resolve('websocketstream/global');

/** Loads the module anew among the given globals, and returns the globals that it leaves. */
function load(t, present) {
  const names = ['WebSocketError', 'WebSocketStream'];
  t.after(() => names.forEach((name) => delete globalThis[name]));
  Object.assign(globalThis, present);
  delete require.cache[file];
  require(file);
  return names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
}

test('importing the global entry installs both classes where there are none', (t) => {
  const { WebSocketError, WebSocketStream } = require('websocketstream');
  const [error, stream] = load(t, {});
  assert.equal(error.value, WebSocketError);
  assert.equal(stream.value, WebSocketStream);
  for (const { enumerable, writable, configurable } of [error, stream]) {
    assert.deepEqual([enumerable, writable, configurable], [false, true, true]);
  }
});

test('a WebSocketStream that exists is left alone, and so is its WebSocketError', (t) => {
  class WebSocketStream {}
  const [error, stream] = load(t, { WebSocketStream });
  assert.equal(stream.value, WebSocketStream);
  assert.equal(error, undefined);
});
