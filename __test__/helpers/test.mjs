import { test as nodeTest } from 'node:test';

/** Longer than any healthy test takes on a loaded machine; a test that hangs fails by its name. */
export const DEADLINE_MS = 30_000;

/**
 * `node:test` with a deadline, so that a promise that never settles fails one test and not the
 * whole run.
 *
 * @param {string} name a sentence about behaviour
 * @param {(t: import('node:test').TestContext) => void | Promise<void>} body
 * @param {number} [timeout] in ms
 */
export function test(name, body, timeout = DEADLINE_MS) {
  return nodeTest(name, { timeout }, body);
}
