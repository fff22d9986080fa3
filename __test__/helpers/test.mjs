import { test as nodeTest } from 'node:test';
import { inspect } from 'node:util';

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
  return nodeTest(name, { timeout }, async (t) => {
    try {
      await body(t);
    } catch (error) {
      throw legible(error);
    }
  });
}

/** The runner gets nothing of a DOMException from the process of a test: not even its message. */
function legible(error) {
  return error instanceof DOMException ? new Error(inspect(error, { depth: 4 })) : error;
}
