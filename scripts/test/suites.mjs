// The suites behind `npm test`. Each shows its own output, reports the counts that its runner
// printed, and rejects when something failed.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { cache, Failure, root, run, runTool } from '../command.mjs';
import { sourcesIn } from '../check/sources.mjs';
import { checkAdvisories } from './advisories.mjs';

/** Two at a time: most tests wait for a peer, and some measure what the process does. */
const CONCURRENCY = 2;

/** The longest that a test may take, far above what any needs. */
const TEST_TIMEOUT_MS = 120_000;

/**
 * A leaked handle shows as a file that never ends. Some Node lines do not end it by the timeout of
 * tests, so the runner itself is ended: it names the file, and takes its processes along.
 */
const SILENCE_MS = 240_000;

/** @param {(count: string) => void} report */
export async function rustSuite(report) {
  let counts = 0;
  const onLine = (line) => {
    const text = stripVTControlCharacters(line);
    if (!text.startsWith('test result:') || / 0 passed; 0 failed/.test(text)) return;
    counts += 1;
    report(text);
  };
  await run('cargo', ['test'], { onLine });
  if (counts === 0) throw new Failure('cargo test ran no test');
}

/**
 * @param {(count: string) => void} report
 * @param {object} options
 * @param {string[]} options.command the binary to run them with, and what starts it
 * @param {string[]} options.files
 * @param {number} [options.concurrency]
 * @param {string} [options.nodeOptions] added to NODE_OPTIONS
 */
export async function javascriptSuite(
  report,
  { command, files, concurrency = CONCURRENCY, nodeOptions = '' },
) {
  const counts = [];
  const tallyFile = path.join(cache, `tally-${process.pid}.json`);
  mkdirSync(cache, { recursive: true });
  const flags = [
    '--test',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${pathToFileURL(path.join(root, 'scripts', 'test', 'tally.mjs'))}`,
    `--test-reporter-destination=${tallyFile}`,
  ];
  const onLine = (line) => {
    const text = stripVTControlCharacters(line);
    const [, word, count] = /^ℹ (tests|pass|fail|cancelled|skipped) (\d+)$/.exec(text) ?? [];
    if (word) counts.push(`${word} ${count}`);
  };
  const env = { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${nodeOptions}`.trim() };
  try {
    await run(command[0], [...command.slice(1), ...flags, ...files], {
      onLine,
      env,
      silenceMs: SILENCE_MS,
    });
    const tally = JSON.parse(readFileSync(tallyFile, 'utf8'));
    checkTally(tally);
    checkAdvisories(files, tally.advisories);
  } finally {
    report(counts.join(', '));
    for (const failure of failuresOf(tallyFile)) report(`failed: ${failure}`);
    rmSync(tallyFile, { force: true });
  }
}

/** @returns {string[]} none when the runner ended before it wrote its record */
function failuresOf(tallyFile) {
  const record = existsSync(tallyFile) ? readFileSync(tallyFile, 'utf8') : '';
  return record === '' ? [] : JSON.parse(record).failures;
}

/** @param {(count: string) => void} report */
export async function typeSuite(report) {
  const files = sourcesIn('__test__/types', /\.[cm]?ts$/);
  if (files.length === 0) throw new Failure('there is no type test');
  await runTool('typescript', 'tsc', ['-p', '__test__/types']);
  report(`${files.length} files, no errors`);
}

/** @param {{ tests: number, empty: string[] }} tally */
function checkTally({ tests, empty }) {
  if (empty.length > 0) throw new Failure(`no test in ${empty.join(', ')}`);
  if (tests === 0) throw new Failure('node --test ran no test');
}
