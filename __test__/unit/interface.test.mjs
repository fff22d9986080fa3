import assert from 'node:assert/strict';
import * as face from '../../index.js';
import { offline } from '../helpers/offline.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';

const { WebSocketStream } = face;
const { prototype } = WebSocketStream;

test('the package exports the two classes by name', () => {
  const names = Object.keys(face).filter((name) => !['default', 'module.exports'].includes(name));
  assert.deepEqual(names.sort(), ['WebSocketError', 'WebSocketStream']);
});

test('WebSocketStream has the name and the length that Web IDL gives it', () => {
  assert.equal(WebSocketStream.name, 'WebSocketStream');
  assert.equal(WebSocketStream.length, 1);
  assert.deepEqual(Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag), {
    value: 'WebSocketStream',
    writable: false,
    enumerable: false,
    configurable: true,
  });
});

for (const member of ['url', 'opened', 'closed']) {
  test(`${member} is an enumerable getter of the prototype`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, member);
    assert.equal(descriptor.get.name, `get ${member}`);
    assert.equal(descriptor.get.length, 0);
    assert.equal(descriptor.set, undefined);
    assert.equal(descriptor.enumerable, true);
    assert.equal(descriptor.configurable, true);
  });
}

test('close is an enumerable method without required arguments', () => {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'close');
  assert.equal(descriptor.value.name, 'close');
  assert.equal(descriptor.value.length, 0);
  assert.equal(descriptor.writable, true);
  assert.equal(descriptor.enumerable, true);
  assert.equal(descriptor.configurable, true);
  assert.throws(() => Reflect.construct(descriptor.value, []), TypeError);
});

const foreign = [
  ['undefined', undefined],
  ['a plain object', {}],
  ['the prototype', prototype],
  ['an object made from the prototype', Object.create(prototype)],
];
for (const [title, receiver] of foreign) {
  test(`url throws a TypeError for ${title}`, () => {
    const { get } = Object.getOwnPropertyDescriptor(prototype, 'url');
    assert.throws(() => get.call(receiver), TypeError);
  });

  test(`close throws a TypeError for ${title}`, () => {
    assert.throws(() => prototype.close.call(receiver), TypeError);
  });

  for (const member of ['opened', 'closed']) {
    test(`${member} is a promise that rejects with a TypeError for ${title}`, async () => {
      const { get } = Object.getOwnPropertyDescriptor(prototype, member);
      const promise = get.call(receiver);
      assert.ok(promise instanceof Promise);
      assert.ok((await rejection(promise)) instanceof TypeError);
    });
  }
}

test('opened and closed are the same two promises at every look', () => {
  const wss = offline();
  assert.ok(wss.opened instanceof Promise);
  assert.equal(wss.opened, wss.opened);
  assert.equal(wss.closed, wss.closed);
  assert.notEqual(wss.opened, wss.closed);
});

test('a class can extend WebSocketStream', () => {
  class Mine extends WebSocketStream {}
  const wss = new Mine('http://h/', { signal: AbortSignal.abort() });
  assert.ok(wss instanceof WebSocketStream);
  assert.equal(wss.url, 'ws://h/');
});
