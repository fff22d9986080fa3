import assert from 'node:assert/strict';
import { WebSocketError } from '../../index.js';
import { within } from './until.mjs';

/**
 * The error that `promise` rejects with; fails when it fulfils.
 *
 * @param {Promise<unknown>} promise
 * @param {string} [what]
 * @returns {Promise<any>}
 */
export function rejection(promise, what = 'rejection') {
  const error = promise.then(
    (value) => {
      assert.fail(`${what}: fulfilled with ${String(value)}`);
    },
    (reason) => reason,
  );
  return within(error, what);
}

/**
 * @param {Promise<unknown>} promise
 * @returns {Promise<'pending' | 'fulfilled' | 'rejected'>}
 */
export async function state(promise) {
  const pending = new Promise((resolve) => {
    setImmediate(resolve, 'pending');
  });
  return Promise.race([
    promise.then(
      () => 'fulfilled',
      () => 'rejected',
    ),
    pending,
  ]);
}

/**
 * @param {any} error
 * @param {{ closeCode?: number | null, reason?: string }} [expected]
 */
export function assertWebSocketError(error, expected = {}) {
  assert.ok(error instanceof WebSocketError, `a WebSocketError, not ${describe(error)}`);
  assert.equal(error.name, 'WebSocketError');
  for (const [member, value] of Object.entries(expected)) {
    assert.equal(error[member], value, `${member} of ${describe(error)}`);
  }
}

/**
 * @param {any} error
 * @param {string} name
 */
export function assertDomException(error, name) {
  assert.ok(error instanceof DOMException, `a DOMException, not ${describe(error)}`);
  assert.equal(error.name, name, describe(error));
}

/** @param {any} value */
function describe(value) {
  return value instanceof Error || value instanceof DOMException
    ? `${value.name}: ${value.message}`
    : String(value);
}
