import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { turns, within } from '../helpers/until.mjs';

const URL_OF_NOBODY = 'ws://name.test/';

/** Calls back later, as a resolver does. */
function later(...answer) {
  return (host, options, done) => setImmediate(done, ...answer);
}

async function failure(lookup, options) {
  const wss = new WebSocketStream(URL_OF_NOBODY, { lookup, ...options });
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
  return error;
}

for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ETIMEOUT', 'ESERVFAIL']) {
  test(`a look-up that fails with ${code} is the cause`, async () => {
    const cause = Object.assign(new Error(`queryA ${code} name.test`), { code });
    assert.equal((await failure(later(cause))).cause, cause);
  });
}

const nothing = [
  ['an empty list', []],
  ['nothing', undefined],
  ['null', null],
  ['an empty string', ''],
  ['a name', 'elsewhere.test'],
  ['a number', 2130706433],
  ['a symbol', Symbol('address')],
  ['an object', {}],
  ['a list with nothing in it', [null]],
  ['a list with a name', [{ address: 'elsewhere.test', family: 4 }]],
  ['a list with a number', [{ address: 2130706433, family: 4 }]],
  ['a list with one address and one that is none', [{ address: '127.0.0.1' }, { address: null }]],
];
for (const [title, found] of nothing) {
  test(`a look-up that gives ${title} fails the connection`, async () => {
    const { cause } = await failure(later(null, found, 4));
    assert.equal(cause.code, 'ERR_INVALID_IP_ADDRESS');
    assert.match(cause.message, /name\.test/);
  });
}

test('a look-up that never answers costs handshakeTimeout and no more', async () => {
  const started = performance.now();
  const { cause } = await failure(() => {}, { handshakeTimeout: 200 });
  assert.equal(cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  assert.ok(performance.now() - started < 5000);
});

test('a look-up that answers after handshakeTimeout changes nothing', async (t) => {
  const server = await startServer(t);
  let answer;
  const lookup = (host, options, done) => {
    answer = done;
  };
  await failure(lookup, { handshakeTimeout: 100 });
  answer(null, [{ address: '127.0.0.1', family: 4 }]);
  await turns();
  assert.equal(server.connections, 0);
});

test('a look-up that answers after close() changes nothing', async () => {
  let answer;
  const lookup = (host, options, done) => {
    answer = done;
  };
  const wss = new WebSocketStream(URL_OF_NOBODY, { lookup });
  const failures = [rejection(wss.opened), rejection(wss.closed)];
  wss.close();
  for (const error of await Promise.all(failures)) assertWebSocketError(error);
  answer(null, [{ address: '127.0.0.1', family: 4 }]);
  await turns();
});

test('a look-up that answers twice opens one connection', async (t) => {
  const server = await startServer(t);
  const lookup = (host, options, done) => {
    for (let i = 0; i < 3; i++) setImmediate(done, null, '127.0.0.1', 4);
    setImmediate(done, new Error('too late'));
  };
  const wss = new WebSocketStream(`ws://name.test:${server.port}/`, { lookup });
  t.after(() => wss.close());
  await within(wss.opened, 'the connection is open');
  await turns();
  assert.equal(server.connections, 1);
});

test('an address of the family that was not asked for is dialled all the same', async (t) => {
  const server = await startServer(t);
  const lookup = later(null, [{ address: '127.0.0.1', family: 6 }]);
  const options = { lookup, family: 6 };
  const wss = new WebSocketStream(`ws://name.test:${server.port}/`, options);
  t.after(() => wss.close());
  assert.equal((await wss.opened).remoteAddress, '127.0.0.1');
});
