// `npm run test:conformance`: the models of what threads share, and Autobahn's cases against the
// package, after installing and building what is missing. Needs Python 2.7.
//   --cases 1.*,6.4.1  only these
//   --compression      with the sections about permessage-deflate

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Failure, main, root, run } from './command.mjs';
import { compare, summary } from './conformance/expectations.mjs';
import { readDetails, readReport, withFuzzingServer } from './conformance/fuzzing-server.mjs';
import { setup } from './setup.mjs';
import { ensureAutobahn } from './setup/autobahn.mjs';

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    compression: { type: 'boolean', default: false },
  },
});

const AGENT = 'websocketstream';

/** No case takes longer than some seconds; a client that hangs must not hang the run. */
const SILENCE_MS = 120_000;

/** The suite has no sections 8 and 11. */
const SECTIONS = ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '9.*', '10.*'];

main(async () => {
  await setup();
  ensureAutobahn();
  await runModels();
  const started = performance.now();
  await withFuzzingServer(chosenCases(), (url) =>
    run(process.execPath, ['__test__/autobahn/client.mjs', url, AGENT], {
      onLine: () => {},
      silenceMs: SILENCE_MS,
    }),
  );
  const report = readReport(AGENT);
  const differences = compare(report, readExpectations());
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  for (const [id, result] of Object.entries(report)) explain(id, result);
  const total = Object.keys(report).length;
  console.log(`\n--- counts\nautobahn: ${total} cases, ${summary(report)}, ${seconds} s`);
  if (total === 0) throw new Failure('no case was run');
  if (differences.length > 0) throw new Failure(differences.join('\n'));
});

/** Every order in which threads can run, over the files of the addon that threads share. */
async function runModels() {
  if (values.cases) return;
  // Optimised: the models run each test some ten thousand times.
  const env = { CARGO_TARGET_DIR: path.join(root, 'target', 'models') };
  await run('cargo', ['test', '--locked', '--release'], { cwd: path.join(root, 'models'), env });
}

/** @returns {string[]} */
function chosenCases() {
  if (values.cases) return values.cases.split(',');
  return values.compression ? [...SECTIONS, '12.*', '13.*'] : SECTIONS;
}

/** @returns {Record<string, import('./conformance/expectations.mjs').Expectation>} */
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
