import assert from 'node:assert/strict';
import { WebSocketError } from '../../index.js';
import { accepted, refused } from '../helpers/close-info-rows.mjs';
import { test } from '../helpers/test.mjs';

for (const { title, info, closeCode, reason } of accepted) {
  test(`WebSocketError takes ${title}`, () => {
    const error = new WebSocketError('message', info);
    assert.equal(error.closeCode, closeCode);
    assert.equal(error.reason, reason);
    assert.equal(error.message, 'message');
  });
}

for (const { title, info, throws } of refused) {
  test(`WebSocketError refuses ${title}`, () => {
    assert.throws(() => new WebSocketError('', info), { name: throws });
  });
}

test('WebSocketError without arguments has the defaults', () => {
  const error = new WebSocketError();
  assert.equal(error.name, 'WebSocketError');
  assert.equal(error.message, '');
  assert.equal(error.code, 0);
  assert.equal(error.closeCode, null);
  assert.equal(error.reason, '');
});

const messages = [
  [undefined, ''],
  [null, 'null'],
  [5, '5'],
  ['text', 'text'],
  [{ toString: () => 'made' }, 'made'],
];
for (const [message, text] of messages) {
  test(`WebSocketError makes the message ${JSON.stringify(text)} of ${typeof message}`, () => {
    assert.equal(new WebSocketError(message).message, text);
  });
}

test('WebSocketError refuses a Symbol as message', () => {
  assert.throws(() => new WebSocketError(Symbol('s')), TypeError);
});

test('WebSocketError converts the message, then closeCode, then reason', () => {
  const order = [];
  const message = {
    toString() {
      order.push('message');
      return '';
    },
  };
  const init = {
    get reason() {
      order.push('reason');
      return '';
    },
    get closeCode() {
      order.push('closeCode');
      return undefined;
    },
  };
  assert.ok(new WebSocketError(message, init));
  assert.deepEqual(order, ['message', 'closeCode', 'reason']);
});

test('WebSocketError needs new', () => {
  assert.throws(() => Reflect.apply(WebSocketError, undefined, ['x']), TypeError);
});
