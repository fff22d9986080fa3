import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { WebSocketError } from '../../index.js';
import { test } from '../helpers/test.mjs';

test('a WebSocketError is a DOMException and an Error', () => {
  const error = new WebSocketError('text', { closeCode: 3000 });
  assert.ok(error instanceof WebSocketError);
  assert.ok(error instanceof DOMException);
  assert.ok(error instanceof Error);
  assert.equal(error.constructor, WebSocketError);
  assert.equal(Object.getPrototypeOf(error), WebSocketError.prototype);
  assert.equal(Object.getPrototypeOf(WebSocketError.prototype), DOMException.prototype);
  assert.equal(Object.getPrototypeOf(WebSocketError), DOMException);
});

test('another DOMException is not an instance of WebSocketError', () => {
  assert.ok(!(new DOMException('x', 'WebSocketError') instanceof WebSocketError));
});

test('WebSocketError has the name and the length that Web IDL gives it', () => {
  assert.equal(WebSocketError.name, 'WebSocketError');
  assert.equal(WebSocketError.length, 0);
  assert.equal(Object.prototype.toString.call(new WebSocketError()), '[object WebSocketError]');
});

test('a WebSocketError prints its name and message', () => {
  const error = new WebSocketError('the text');
  assert.equal(String(error), 'WebSocketError: the text');
  assert.match(error.stack, /WebSocketError: the text[^]*websocket-error-interface/);
  assert.match(inspect(error), /WebSocketError: the text/);
});

for (const member of ['closeCode', 'reason']) {
  const descriptor = () => Object.getOwnPropertyDescriptor(WebSocketError.prototype, member);

  test(`${member} of WebSocketError is an enumerable getter of the prototype`, () => {
    const { get, set, enumerable, configurable } = descriptor();
    assert.equal(typeof get, 'function');
    assert.equal(get.name, `get ${member}`);
    assert.equal(set, undefined);
    assert.equal(enumerable, true);
    assert.equal(configurable, true);
    assert.ok(!Object.hasOwn(new WebSocketError(), member));
  });

  for (const [title, receiver] of [
    ['undefined', undefined],
    ['a plain object', {}],
    ['another DOMException', new DOMException('x')],
    ['its prototype', WebSocketError.prototype],
    ['an object made from its prototype', Object.create(WebSocketError.prototype)],
  ]) {
    test(`${member} of WebSocketError throws a TypeError for ${title}`, () => {
      assert.throws(() => descriptor().get.call(receiver), TypeError);
    });
  }

  test(`${member} of WebSocketError cannot be assigned`, () => {
    const error = new WebSocketError('', { closeCode: 3000, reason: 'r' });
    const before = error[member];
    assert.throws(() => {
      error[member] = 'other';
    }, TypeError);
    assert.equal(error[member], before);
  });
}

test('a class can extend WebSocketError', () => {
  class Mine extends WebSocketError {}
  const error = new Mine('text', { closeCode: 4000, reason: 'r' });
  assert.ok(error instanceof Mine);
  assert.ok(error instanceof WebSocketError);
  assert.equal(error.closeCode, 4000);
  assert.equal(error.reason, 'r');
  assert.equal(error.message, 'text');
});

test('WebSocketError inherits the constants of DOMException', () => {
  assert.equal(WebSocketError.INVALID_STATE_ERR, 11);
});
