import assert from 'node:assert/strict';
import { accepted, refused } from '../helpers/close-info-rows.mjs';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';

for (const { title, info } of accepted) {
  test(`close() takes ${title}`, () => {
    assert.equal(offline().close(info), undefined);
  });
}

for (const { title, info, throws } of refused) {
  test(`close() refuses ${title}, although the stream is closed already`, () => {
    assert.throws(() => offline().close(info), { name: throws });
  });
}

test('close() takes no argument at all', () => {
  assert.equal(offline().close(), undefined);
});

test('close() reads closeCode before reason, and each one once', () => {
  const order = [];
  offline().close({
    get reason() {
      order.push('reason');
      return 'x';
    },
    get closeCode() {
      order.push('closeCode');
      return 1000;
    },
  });
  assert.deepEqual(order, ['closeCode', 'reason']);
});

test('close() converts closeCode before it reads reason', () => {
  const order = [];
  offline().close({
    get reason() {
      order.push('read reason');
      return 'x';
    },
    closeCode: {
      valueOf() {
        order.push('convert closeCode');
        return 1000;
      },
    },
  });
  assert.deepEqual(order, ['convert closeCode', 'read reason']);
});

test('close() passes on what a getter throws', () => {
  const error = new Error('from a getter');
  const info = {
    get reason() {
      throw error;
    },
  };
  assert.throws(
    () => offline().close(info),
    (thrown) => thrown === error,
  );
});
