// Every fuzz target for some seconds, from the committed corpus on. A find is kept, and fails the run.

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { cache, capture, Failure, root, run } from '../command.mjs';
import { cargoFuzz, ensureFuzzer } from '../setup/fuzzer.mjs';

const crate = path.join(root, 'fuzz');
const target = path.join(root, 'target', 'fuzz');
const work = path.join(cache, 'fuzz');

/** Longer inputs find nothing that shorter ones do not, and are slower. */
const MAX_BYTES = 4096;

/** One input takes milliseconds. */
const INPUT_TIMEOUT_S = 20;

/** What the sanitizer itself takes is most of it. */
const MEMORY_MIB = 2048;

/**
 * @param {(count: string) => void} report
 * @param {number} seconds for each target
 */
export async function fuzz(report, seconds) {
  if (!(seconds > 0)) throw new Failure('--seconds takes a positive number');
  await ensureFuzzer();
  await run('cargo', ['+nightly', 'fuzz', 'build', '--fuzz-dir', crate, '--target-dir', target], {
    // cargo finds its commands on PATH.
    env: { PATH: `${path.dirname(cargoFuzz)}${path.delimiter}${process.env.PATH}` },
  });
  const inputs = [];
  const failed = [];
  for (const name of targets()) {
    const runs = await fuzzOne(name, seconds);
    if (runs === undefined) failed.push(name);
    else inputs.push(`${name} ${runs}`);
  }
  report(`${inputs.join(', ')} inputs`);
  if (failed.length > 0) {
    const finds = path.relative(root, path.join(work, 'finds'));
    const binary = path.join('target', 'fuzz', hostTriple(), 'release');
    throw new Failure(
      `${failed.join(', ')}: the inputs are in ${finds}. One is run again with: ${binary}/<target> <file>`,
    );
  }
}

/** @returns {string[]} */
function targets() {
  return readdirSync(path.join(crate, 'fuzz_targets'))
    .map((file) => path.basename(file, '.rs'))
    .sort();
}

/**
 * @param {string} name
 * @param {number} seconds
 * @returns {Promise<number | undefined>} how many inputs were run; nothing when one failed
 */
async function fuzzOne(name, seconds) {
  const corpus = path.join(work, 'corpus', name);
  const finds = path.join(work, 'finds', name);
  // Every run begins with what is committed: a clean clone finds what a used checkout does.
  rmSync(corpus, { recursive: true, force: true });
  for (const folder of [corpus, finds]) mkdirSync(folder, { recursive: true });
  let runs;
  try {
    await run(
      path.join(target, hostTriple(), 'release', name),
      [
        `-max_total_time=${seconds}`,
        `-max_len=${MAX_BYTES}`,
        `-timeout=${INPUT_TIMEOUT_S}`,
        `-rss_limit_mb=${MEMORY_MIB}`,
        `-artifact_prefix=${finds}${path.sep}`,
        '-verbosity=0',
        '-print_final_stats=1',
        corpus,
        path.join(crate, 'corpus', name),
      ],
      // The fuzzer writes to the error output, which is shown as it is.
      { onErrorLine: (line) => (runs = /number_of_executed_units: (\d+)/.exec(line)?.[1] ?? runs) },
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`${name}: ${error.message}`);
    return undefined;
  }
  return Number(runs);
}

/** @returns {string} */
function hostTriple() {
  return /^host: (.+)$/m.exec(capture('rustc', ['+nightly', '-vV']).stdout)?.[1] ?? '';
}
