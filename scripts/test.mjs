// `npm test`: all suites, after installing and building what is missing.
//   --node 24      only the JavaScript suite, with that Node line
//   --only <text>  only the suites and test files whose name contains the text

import { parseArgs } from 'node:util';

import { Failure, main } from './command.mjs';
import { sourcesIn } from './check/sources.mjs';
import { ensurePrograms } from './setup/debian.mjs';
import { setup } from './setup.mjs';
import { ensureTestingAddon } from './setup/testing-addon.mjs';
import { nodeOfLine } from './test/node-line.mjs';
import { isReleasedHere, runtimes, runtimeSuite } from './test/runtimes.mjs';
import { javascriptSuite, rustSuite, typeSuite } from './test/suites.mjs';

const { values } = parseArgs({ options: { node: { type: 'string' }, only: { type: 'string' } } });

/** What the tests of a folder need of the system. */
const PROGRAMS = {
  '__test__/nginx/': ['nginx'],
  '__test__/shells/': ['fish', 'zsh'],
};

/** What cannot be tested here, for the counts. */
const leftOut = [];

main(async () => {
  await setup({ python: true });
  const suites = await chooseSuites();
  if (suites.length === 0) throw new Failure(`nothing matches --only ${values.only}`);
  if (suites.some(({ name }) => name.startsWith('node'))) await ensureTestingAddon();
  const counts = [...leftOut];
  const failed = [];
  for (const { name, suite } of suites) {
    console.log(`\n--- ${name}`);
    try {
      await suite((count) => counts.push(`${name}: ${count}`));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      console.error(`\n${error.message}`);
      failed.push(name);
    }
  }
  console.log(`\n--- counts\n${counts.join('\n')}`);
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')}`);
});

/**
 * @param {string[]} files
 * @returns {Promise<string[]>} those for which all programs are there
 */
async function withoutMissing(files) {
  let rest = files;
  for (const [folder, programs] of Object.entries(PROGRAMS)) {
    const others = rest.filter((file) => !file.startsWith(folder));
    if (others.length === rest.length || (await ensurePrograms(programs))) continue;
    leftOut.push(`${folder}: left out, because it needs ${programs.join(' and ')}`);
    rest = others;
  }
  return rest;
}

/** @returns {Promise<{ name: string, suite: (report: (count: string) => void) => Promise<void> }[]>} */
async function chooseSuites() {
  const wanted = (name) => !values.only || name.includes(values.only);
  const node = values.node ? await nodeOfLine(values.node) : process.execPath;
  const line = values.node ?? process.versions.node.split('.')[0];
  const files = await withoutMissing(sourcesIn('__test__', /\.test\.mjs$/).filter(wanted));
  const memory = files.filter((file) => file.startsWith('__test__/memory/'));
  const ordinary = files.filter((file) => !memory.includes(file));

  const suites = [];
  if (!values.node && wanted('rust')) suites.push({ name: 'rust', suite: rustSuite });
  if (!values.node && wanted('types')) suites.push({ name: 'types', suite: typeSuite });
  if (ordinary.length > 0) {
    suites.push({
      name: `node ${line}`,
      suite: (report) => javascriptSuite(report, { command: [node], files: ordinary }),
    });
  }
  if (memory.length > 0) {
    const suite = (report) =>
      javascriptSuite(report, { command: [node], files: memory, nodeOptions: '--expose-gc' });
    suites.push({ name: `node ${line} memory`, suite });
  }
  // The package is for Node; these tell whether others load it.
  for (const name of values.node ? [] : Object.keys(runtimes).filter(wanted)) {
    if (!isReleasedHere(name)) continue;
    suites.push({ name, suite: (report) => runtimeSuite(name, report) });
  }
  if (!values.only && ordinary.length === 0) throw new Failure('there is no JavaScript test');
  return suites;
}
