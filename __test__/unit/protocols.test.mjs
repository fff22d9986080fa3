import assert from 'node:assert/strict';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';

const SEPARATORS = [...'()<>@,;:\\"/[]?={} \t'];
const TOKEN_MARKS = "!#$%&'*+-.^_`|~";

const accepted = [
  ['no protocol', []],
  ['one', ['chat']],
  ['all the marks of a token', [`aZ09${TOKEN_MARKS}`]],
  ['a Set', new Set(['a', 'b'])],
  ['a String object, as the sequence of its characters', new String('ab')],
  ['values that become strings', [{ toString: () => 'chat' }, 5, null]],
];
for (const [title, protocols] of accepted) {
  test(`protocols takes ${title}`, () => {
    assert.equal(offline('ws://h/', { protocols }).url, 'ws://h/');
  });
}

test('protocols takes a generator', () => {
  const protocols = (function* list() {
    yield 'a';
    yield 'b';
  })();
  assert.equal(offline('ws://h/', { protocols }).url, 'ws://h/');
});

const refused = [
  [''],
  ['a', ''],
  ['a', 'a'],
  ['echo', 'eCho'],
  ['a', 'b', 'A'],
  ['\u00fc'],
  ['\u0000'],
  ['\u001f'],
  ['\u007f'],
  ['a\r\nb'],
  ['\uD800'],
  ...SEPARATORS.map((mark) => [`a${mark}b`]),
];
for (const protocols of refused) {
  test(`protocols ${JSON.stringify(protocols)} is a SyntaxError`, () => {
    assert.throws(
      () => offline('ws://h/', { protocols }),
      (error) => error instanceof DOMException && error.name === 'SyntaxError',
    );
  });
}

test('a refused protocol is named in the message', () => {
  assert.throws(() => offline('ws://h/', { protocols: ['good', 'not good'] }), /not good/);
});

test('protocols asks an iterator for its method once, and leaves it open', () => {
  const iterator = {
    count: 0,
    lookups: 0,
    returned: false,
    get next() {
      this.lookups += 1;
      return () => ({ done: this.count++ === 3, value: `p${this.count}` });
    },
    return() {
      this.returned = true;
    },
  };
  offline('ws://h/', { protocols: { [Symbol.iterator]: () => iterator } });
  assert.deepEqual([iterator.lookups, iterator.returned], [1, false]);
});

for (const result of [undefined, null, 5, 'done', Symbol('s')]) {
  test(`protocols refuses an iterator that gives ${String(result)}`, () => {
    let steps = 0;
    const next = () => {
      steps += 1;
      if (steps > 10) throw new Error('asked again and again');
      return result;
    };
    const protocols = { [Symbol.iterator]: () => ({ next }) };
    assert.throws(() => offline('ws://h/', { protocols }), TypeError);
  });
}
