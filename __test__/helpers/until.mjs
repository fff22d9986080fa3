import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 15_000;
const POLL_MS = 5;

/**
 * Waits until `condition` gives something truthy, and returns it.
 *
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {string} what named in the error when the deadline passes
 * @param {number} [deadline] in ms
 * @returns {Promise<T>}
 */
export async function until(condition, what, deadline = DEADLINE_MS) {
  const end = performance.now() + deadline;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`Not within ${deadline} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/**
 * Waits until `read()` has given the same value for `quiet` ms, and returns that value. It tells
 * that something has stopped, which no single look can tell.
 *
 * @template T
 * @param {() => T} read
 * @param {string} what
 * @param {{ quiet?: number, deadline?: number }} [options]
 * @returns {Promise<T>}
 */
export async function untilSteady(read, what, { quiet = 300, deadline = DEADLINE_MS } = {}) {
  let value = read();
  let since = performance.now();
  return until(
    () => {
      const next = read();
      if (next !== value) {
        value = next;
        since = performance.now();
      }
      return performance.now() - since >= quiet ? { value } : undefined;
    },
    `${what} comes to rest`,
    deadline,
  ).then((result) => result.value);
}

/**
 * Lets the event loop turn, so that what was already on its way has arrived.
 *
 * @param {number} [count]
 */
export async function turns(count = 10) {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {string} what named in the error when the deadline passes
 * @param {number} [deadline] in ms
 * @returns {Promise<T>}
 */
export async function within(promise, what, deadline = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${deadline} ms: ${what}`)), deadline);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
