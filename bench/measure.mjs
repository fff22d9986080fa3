// The rounds of one case.

import process from 'node:process';

import { runClient } from './client.mjs';
import { libraries } from './libraries.mjs';
import { summarize } from './report/statistics.mjs';

/**
 * @typedef {object} Measured
 * @property {string} [version]      of the library
 * @property {string} [unavailable]  why the library cannot do this
 * @property {string} [error]        what went wrong in a round
 * @property {boolean} [hung]        that it hung, and was not tried again
 * @property {(object | null)[]} rounds       what the client program printed
 * @property {Record<string, number | null>} [median]
 * @property {Record<string, number | null>} [ratio]  median of the rounds' ratios to `ws`
 */

/** Before every measurement: code is compiled, buffers have their size. */
const WARM_MS = 400;

/**
 * Runs every library in every round. The order turns from round to round, so that none always follows the same one.
 *
 * @param {import('./cases/index.mjs').Case} testCase
 * @param {{ node: string, peers: string[], rounds: number, seconds: number }} options
 * @param {import('./load-server.mjs').LoadServer} server
 * @returns {Promise<Record<string, Measured>>}
 */
export async function measureCase(testCase, { node, peers, rounds, seconds }, server) {
  const names = peers.filter((name) => takesPart(name, testCase));
  /** @type {Record<string, Measured>} */
  const measured = Object.fromEntries(names.map((name) => [name, { rounds: [] }]));
  const settings = { ms: seconds * 1000, warm: WARM_MS, ...testCase.specification };
  for (let round = 0; round < rounds; round++) {
    const turn = round % Math.max(1, names.length);
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const entry = measured[name];
      if (entry.unavailable || entry.hung) continue;
      progress(`round ${round + 1} of ${rounds}: ${name}`);
      const { version, unavailable, error, hung, ...figures } = await runClient(
        name,
        node,
        server,
        settings,
      );
      entry.version = version ?? entry.version;
      if (unavailable) entry.unavailable = unavailable;
      else if (error) Object.assign(entry, { error, hung });
      // A hole keeps the rounds of all libraries side by side.
      entry.rounds.push(unavailable || error ? null : figures);
    }
  }
  progress('');
  summarize(measured);
  return measured;
}

/**
 * @param {string} name
 * @param {import('./cases/index.mjs').Case} testCase
 */
function takesPart(name, testCase) {
  if (libraries[name].shared) return Boolean(testCase.shared);
  return name !== 'limit' || Boolean(testCase.limit);
}

/** @param {string} text */
function progress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text}`);
}
