// Autobahn's cases against the package, played by its own server.

import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Failure, root, run } from '../command.mjs';
import { ensureAutobahn } from '../setup/autobahn.mjs';
import { compare, summary } from './expectations.mjs';
import { readDetails, readReport, withFuzzingServer } from './fuzzing-server.mjs';

const AGENT = 'websocketstream';

/** No case takes longer than some seconds; a client that hangs must not hang the run. */
const SILENCE_MS = 120_000;

/** The suite has no sections 8 and 11. */
const PLAIN = ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '9.*', '10.*'];

const COMPRESSED = ['12.*', '13.*'];

/** Parameters of compression: each has the same eighteen cases. */
const GROUPS = [
  ...[1, 2, 3, 4, 5].map((group) => `12.${group}`),
  ...[1, 2, 3, 4, 5, 6, 7].map((group) => `13.${group}`),
];

/** Messages of 16, 256, 4,096 and 16,384 bytes, and of 8,192 in fragments of 256. */
const SELECTED = [1, 3, 5, 7, 11];

/**
 * @param {(count: string) => void} report
 * @param {{ cases?: string, full: boolean }} options
 */
export async function autobahn(report, { cases, full }) {
  ensureAutobahn();
  await withFuzzingServer(chosenCases(cases, full), (url) =>
    run(process.execPath, ['__test__/autobahn/client.mjs', url, AGENT], {
      onLine: () => {},
      silenceMs: SILENCE_MS,
    }),
  );
  const results = readReport(AGENT);
  for (const [id, result] of Object.entries(results)) explain(id, result);
  const total = Object.keys(results).length;
  report(`${total} cases, ${summary(results)}`);
  if (total === 0) throw new Failure('no case was run');
  const differences = compare(results, readExpectations());
  if (differences.length > 0) throw new Failure(differences.join('\n'));
}

/**
 * @param {string} [cases] separated by commas
 * @param {boolean} [full]
 * @returns {string[]}
 */
function chosenCases(cases, full) {
  if (cases) return cases.split(',');
  if (full) return [...PLAIN, ...COMPRESSED];
  return [...PLAIN, ...GROUPS.flatMap((group) => SELECTED.map((number) => `${group}.${number}`))];
}

/** @returns {Record<string, import('./expectations.mjs').Expectation>} */
function readExpectations() {
  const file = path.join(root, '__test__', 'autobahn', 'expectations.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * @param {string} id
 * @param {Parameters<typeof readDetails>[0] & { behavior: string, behaviorClose: string }} result
 */
function explain(id, result) {
  if (result.behavior === 'OK' && result.behaviorClose === 'OK') return;
  const { result: text, resultClose } = readDetails(result);
  console.log(`${id} ${result.behavior}, closing ${result.behaviorClose}\n  ${text}`);
  if (result.behaviorClose !== 'OK') console.log(`  ${resultClose}`);
}
