import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';

test('an unknown option is a TypeError that names it', () => {
  assert.throws(() => offline('ws://h/', { protocol: ['chat'] }), {
    name: 'TypeError',
    message: /protocol\b/,
  });
  assert.throws(() => offline('ws://h/', { nonsense: 1 }), /nonsense/);
});

test('unknown members of the prototype are no options', () => {
  const options = Object.create({ nonsense: 1 });
  options.signal = AbortSignal.abort();
  assert.equal(new WebSocketStream('ws://h/', options).url, 'ws://h/');
});

const numbers = [
  'handshakeTimeout',
  'closeTimeout',
  'maxMessageSize',
  'maxFragments',
  'receiveBuffer',
  'sendBuffer',
];
for (const name of numbers) {
  test(`${name} takes a positive number`, () => {
    assert.equal(offline('ws://h/', { [name]: 4096 }).url, 'ws://h/');
  });

  for (const value of [-1, NaN, 'many', {}, null]) {
    test(`${name} refuses ${String(value)} and names itself`, () => {
      assert.throws(
        () => offline('ws://h/', { [name]: value }),
        (error) => /^(Type|Range)Error$/.test(error.name) && error.message.includes(name),
      );
    });
  }
}

for (const name of ['noDelay', 'keepAlive', 'sharedBuffers']) {
  test(`${name} takes a boolean`, () => {
    assert.equal(offline('ws://h/', { [name]: false }).url, 'ws://h/');
    assert.equal(offline('ws://h/', { [name]: true }).url, 'ws://h/');
  });
}

const badHeaders = [
  ['a name that is no token', { 'a b': 'x' }],
  ['a value with a line break', { 'X-A': 'x\r\nInjected: y' }],
  ['a value with a zero byte', { 'X-A': 'a\0b' }],
];
for (const [title, headers] of badHeaders) {
  test(`headers refuses ${title}`, () => {
    assert.throws(() => offline('ws://h/', { headers }), TypeError);
  });
}

for (const name of [
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'UPGRADE',
  'sec-websocket-accept',
  'Sec-WebSocket-Extensions',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Protocol',
  'SEC-WEBSOCKET-VERSION',
]) {
  test(`headers refuses ${name}, which belongs to the handshake`, () => {
    assert.throws(
      () => offline('ws://h/', { headers: { [name]: 'x' } }),
      (error) =>
        error instanceof TypeError && error.message.toLowerCase().includes(name.toLowerCase()),
    );
  });
}

test('a message about a bad option does not repeat a long value', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'secret'.repeat(50)}\n-----END PRIVATE KEY-----`;
  assert.throws(
    () => offline('ws://h/', { tls: key }),
    (error) => error instanceof TypeError && error.message.length < 200,
  );
});
