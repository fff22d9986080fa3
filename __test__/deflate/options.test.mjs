import assert from 'node:assert/strict';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';

const windowBits = ['clientMaxWindowBits', 'serverMaxWindowBits'];
const booleans = ['clientNoContextTakeover', 'serverNoContextTakeover'];

for (const value of [true, false, undefined, {}]) {
  test(`perMessageDeflate takes ${JSON.stringify(value)}`, () => {
    offline('ws://h/', { perMessageDeflate: value });
  });
}

for (const value of [null, 1, 'permessage-deflate', Symbol('yes')]) {
  test(`perMessageDeflate refuses ${String(value)} and says what it takes`, () => {
    assert.throws(() => offline('ws://h/', { perMessageDeflate: value }), {
      name: 'TypeError',
      message: /^perMessageDeflate must be true, false or an object/,
    });
  });
}

test('perMessageDeflate refuses a setting that it does not have and names those it has', () => {
  assert.throws(() => offline('ws://h/', { perMessageDeflate: { memLevel: 8 } }), {
    name: 'TypeError',
    message: /memLevel.*clientMaxWindowBits.*threshold/,
  });
});

const ranges = [
  ...windowBits.map((name) => ({ name, good: [8, 15, undefined], bad: [7, 16, 9.5, '9', null] })),
  ...booleans.map((name) => ({ name, good: [true, false, undefined], bad: [0, 'no', null] })),
  { name: 'level', good: [1, 9, undefined], bad: [0, 10, -1, 1.5, '6', NaN] },
  { name: 'threshold', good: [0, 2 ** 31 - 1, undefined], bad: [-1, 2 ** 31, 0.5, '1k', Infinity] },
];
for (const { name, good, bad } of ranges) {
  test(`${name} takes what is in its range`, () => {
    for (const value of good) offline('ws://h/', { perMessageDeflate: { [name]: value } });
  });

  for (const value of bad) {
    test(`${name} refuses ${JSON.stringify(value) ?? String(value)} and names itself`, () => {
      assert.throws(() => offline('ws://h/', { perMessageDeflate: { [name]: value } }), {
        name: 'TypeError',
        message: new RegExp(`^perMessageDeflate\\.${name} must be`),
      });
    });
  }
}
