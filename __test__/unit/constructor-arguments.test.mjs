import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';

const URL_TEXT = 'ws://127.0.0.1/';

test('the constructor needs a url', () => {
  assert.throws(() => new WebSocketStream(), TypeError);
});

test('the constructor needs new', () => {
  assert.throws(() => Reflect.apply(WebSocketStream, undefined, [URL_TEXT]), TypeError);
});

test('the constructor refuses a Symbol as url', () => {
  assert.throws(() => new WebSocketStream(Symbol('s')), TypeError);
});

for (const options of [true, false, 1, 'chat', '', 1n, Symbol('s')]) {
  test(`the constructor refuses ${typeof options} ${String(options)} as options`, () => {
    assert.throws(() => new WebSocketStream(URL_TEXT, options), TypeError);
  });
}

const notSequences = [null, 'chat', '', 5, true, {}, { length: 1, 0: 'chat' }, Symbol('s')];
for (const protocols of notSequences) {
  test(`protocols refuses ${typeof protocols} ${String(protocols)}`, () => {
    assert.throws(() => offline(URL_TEXT, { protocols }), TypeError);
  });
}

test('protocols refuses a Symbol as a member', () => {
  assert.throws(() => offline(URL_TEXT, { protocols: [Symbol('s')] }), TypeError);
});

for (const signal of [null, {}, 'x', 1, true, new AbortController(), new EventTarget()]) {
  test(`signal refuses ${signal?.constructor?.name ?? 'null'} ${String(signal)}`, () => {
    assert.throws(() => new WebSocketStream(URL_TEXT, { signal }), TypeError);
  });
}

test('signal refuses an object that only looks like an AbortSignal', () => {
  const signal = Object.create(AbortSignal.prototype);
  assert.throws(() => new WebSocketStream(URL_TEXT, { signal }), TypeError);
});

test('a conversion error of the options comes before a syntax error of the url', () => {
  assert.throws(() => new WebSocketStream('no url', { signal: null }), TypeError);
  assert.throws(() => offline('no url', { protocols: 'chat' }), TypeError);
});

test('a syntax error of the url comes before one of the protocols', () => {
  const error = thrown(() => offline('no url', { protocols: ['a b'] }));
  assert.equal(error.name, 'SyntaxError');
  assert.match(error.message, /no url/);
});

test('the url is converted before the options are read, and protocols before signal', () => {
  const order = [];
  const url = {
    toString() {
      order.push('url');
      return URL_TEXT;
    },
  };
  const options = {
    get signal() {
      order.push('signal');
      return AbortSignal.abort();
    },
    get protocols() {
      order.push('protocols');
      return {
        *[Symbol.iterator]() {
          order.push('iterate');
          yield 'chat';
        },
      };
    },
  };
  assert.equal(new WebSocketStream(url, options).url, URL_TEXT);
  assert.deepEqual(order, ['url', 'protocols', 'iterate', 'signal']);
});

test('options are read from the prototype too', () => {
  const options = Object.create({ signal: AbortSignal.abort(), protocols: ['a', 'a'] });
  assert.throws(() => new WebSocketStream(URL_TEXT, options), { name: 'SyntaxError' });
});

test('the constructor passes on what a getter throws', () => {
  const expected = new Error('from a getter');
  const options = {
    get protocols() {
      throw expected;
    },
  };
  assert.equal(
    thrown(() => new WebSocketStream(URL_TEXT, options)),
    expected,
  );
});

test('undefined members count as absent', () => {
  const wss = offline(URL_TEXT, { protocols: undefined, handshakeTimeout: undefined });
  assert.equal(wss.url, URL_TEXT);
});

function thrown(body) {
  try {
    body();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}
