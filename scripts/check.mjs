// `npm run check`: everything that is looked at without running the package, after installing and
// building what is missing.
//   --only <text>  only the steps whose name contains the text

import path from 'node:path';
import { parseArgs } from 'node:util';

import { Failure, main, root, run, runTool } from './command.mjs';
import { rustCrates } from './check/crates.mjs';
import { checkGenerated, checkLockFiles } from './check/generated.mjs';
import { checkLayers } from './check/layers.mjs';
import { checkPackage } from './check/package.mjs';
import { checkShape } from './check/shape.mjs';
import { checkUnsafe } from './check/unsafe.mjs';
import { setup } from './setup.mjs';
import { cargoDeny } from './setup/cargo-deny.mjs';
import { checkSnippets } from './snippets.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' } } });

/** Quick ones first. */
const steps = {
  layers: checkLayers,
  shape: checkShape,
  unsafe: checkUnsafe,
  generated: checkGenerated,
  lockfiles: checkLockFiles,
  prettier: () => runTool('prettier', 'prettier', ['--check', '--log-level', 'warn', '.']),
  eslint: () => runTool('eslint', 'eslint', ['--max-warnings', '0', '.']),
  tsc: () => runTool('typescript', 'tsc', ['-p', '.']),
  package: checkPackage,
  snippets: checkSnippets,
  rustfmt: () => inCrates(['fmt', '--check']),
  clippy: checkWithClippy,
  rustdoc: () =>
    run('cargo', ['doc', '--locked', '--no-deps', '--lib', '--document-private-items'], {
      env: { RUSTDOCFLAGS: '-D warnings' },
    }),
  'cargo-deny': checkDependencies,
};

/** The steps that look at what a build leaves. */
const needsAddon = ['generated', 'package', 'snippets'];

main(async () => {
  const chosen = Object.entries(steps).filter(([name]) => name.includes(values.only ?? ''));
  if (chosen.length === 0) {
    throw new Failure(`--only ${values.only}: there are ${Object.keys(steps).join(', ')}`);
  }
  await setup({ addon: chosen.some(([name]) => needsAddon.includes(name)) });
  const failed = [];
  for (const [name, step] of chosen) {
    console.log(`\n--- ${name}`);
    const start = performance.now();
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      console.error(error.message);
      failed.push(name);
    }
    const outcome = failed.includes(name) ? 'FAILED' : 'ok';
    console.log(`${name} ${outcome}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')}`);
  console.log(`\n${chosen.length} steps, all ok`);
});

/** @param {string[]} args of cargo */
async function inCrates(args) {
  // One folder for all: dependencies that two crates share are compiled once.
  const env = { CARGO_TARGET_DIR: path.join(root, 'target') };
  for (const crate of rustCrates()) await run('cargo', args, { cwd: crate, env });
}

/** The tests of `src/net` are those of the addon's crate: where it is compiled once more, they are left out. */
async function checkWithClippy() {
  const env = { CARGO_TARGET_DIR: path.join(root, 'target') };
  for (const crate of rustCrates()) {
    const targets = path.basename(crate) === 'fuzz' ? ['--lib', '--bins'] : ['--all-targets'];
    await run('cargo', ['clippy', '--locked', ...targets, '--', '-D', 'warnings'], {
      cwd: crate,
      env,
    });
  }
}

/** Licences, sources and duplicates of the Rust dependencies, in CI and for those who have the tool. */
async function checkDependencies() {
  const command = await cargoDeny();
  if (!command) {
    console.log('left out: cargo-deny is not installed (cargo install --locked cargo-deny)');
    return;
  }
  const [program, ...words] = command;
  await run(program, [...words, '--locked', 'check', 'bans', 'licenses', 'sources']);
}
