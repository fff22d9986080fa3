// What must not grow.

import { readdirSync, readFileSync } from 'node:fs';

import { isSteady, residentBytes } from '../../__test__/helpers/steady-memory.mjs';

/**
 * @typedef {object} Reading
 * @property {number} memory resident, in MiB
 * @property {number} handles of the event loop
 * @property {number} threads 0 where the system does not tell
 * @property {number} descriptors 0 where the system does not tell
 */

/** @returns {Promise<Reading>} once nothing is under way */
export async function readGauge() {
  // Collected memory goes back to the allocator in more than one step.
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  return {
    memory: Math.round(residentBytes() / 2 ** 20),
    handles: process.getActiveResourcesInfo().length,
    threads: ofSystem(
      () => /^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1],
    ),
    descriptors: ofSystem(() => readdirSync('/proc/self/fd').length),
  };
}

/**
 * What grew between the first half and the second half of the readings after warm-up.
 *
 * @param {Reading[]} readings
 * @returns {string[]}
 */
export function growth(readings) {
  const half = Math.ceil(readings.length / 2);
  const [early, late] = [readings.slice(0, half), readings.slice(half)];
  const problems = [];
  for (const [name, slack] of Object.entries(SLACK)) {
    // The lowest of each half: what is kept is kept in every reading.
    const [before, after] = [early, late].map((list) => Math.min(...list.map((r) => r[name])));
    if (after > before + slack) problems.push(`${name} grew from ${before} to ${after}`);
  }
  return problems;
}

/** @param {() => number | string} read */
function ofSystem(read) {
  try {
    return Number(read());
  } catch {
    return 0;
  }
}

/** Growth that proves nothing: the allocator's, in MiB. Nothing else may grow at all. */
const SLACK = { memory: isSteady ? 4 : 12, handles: 0, threads: 0, descriptors: 0 };
