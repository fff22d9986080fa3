// The native addon: built when its sources, its tools or the file itself changed.

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { cache, Failure, root, runTool } from '../command.mjs';
import { requireRust } from './tools.mjs';

/** Where a build leaves the addon, its loader and its typings before they are taken over. */
export const addonOutput = path.join(cache, 'addon');

/** What a build generates beside the addon. Both files are committed. */
export const generatedFiles = ['binding.js', 'binding.d.ts'];

const stampFile = path.join(addonOutput, 'stamp.json');

/** Builds the release addon unless the one in the checkout is current. */
export async function ensureAddon() {
  const stamp = readStamp();
  if (stamp?.sources === hashSources('release') && stamp.addon === hashAddon(stamp.file)) return;
  await buildAddon();
}

/**
 * Builds the addon and takes it over.
 *
 * @param {object} [options]
 * @param {boolean} [options.debug] without optimisation
 * @param {boolean} [options.updateLoader] take over the loader and its typings too
 */
export async function buildAddon({ debug = false, updateLoader = false } = {}) {
  requireRust();
  const profile = debug ? 'debug' : 'release';
  const sources = hashSources(profile);
  console.log(`building the ${profile} addon`);
  mkdirSync(addonOutput, { recursive: true });
  const [js, dts] = generatedFiles;
  const flags = ['--platform', '--js', js, '--dts', dts, '--output-dir', addonOutput];
  await runTool('@napi-rs/cli', 'napi', ['build', ...flags, ...(debug ? [] : ['--release'])]);
  const file = takeOverAddon();
  takeOverLoader(updateLoader);
  writeFileSync(stampFile, JSON.stringify({ sources, file, addon: hashAddon(file) }));
}

/**
 * The lines of a generated file in a stable order: the generator may order declarations
 * differently from run to run.
 *
 * @param {string} file
 * @returns {string}
 */
export function sortedText(file) {
  return readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean).sort().join('\n');
}

/** @returns {string} the name of the addon */
function takeOverAddon() {
  const file = readdirSync(addonOutput).find((name) => name.endsWith('.node'));
  if (!file) {
    throw new Failure(`napi build left no .node file in ${path.relative(root, addonOutput)}`);
  }
  // A running process has the old file mapped: it is replaced, never written over.
  const fresh = path.join(addonOutput, `${file}.copy`);
  copyFileSync(path.join(addonOutput, file), fresh);
  renameSync(fresh, path.join(root, file));
  return file;
}

/** @param {boolean} update */
function takeOverLoader(update) {
  for (const name of generatedFiles) {
    const generated = path.join(addonOutput, name);
    const committed = path.join(root, name);
    if (!existsSync(generated)) {
      throw new Failure(`napi build wrote no ${name}: does the crate export anything?`);
    }
    if (existsSync(committed) && sortedText(generated) === sortedText(committed)) continue;
    if (update || !existsSync(committed)) copyFileSync(generated, committed);
    else console.warn(`${name} does not match src: run "npm run build" and commit the result`);
  }
}

/** @returns {{ sources: string, file: string, addon: string } | undefined} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} profile
 * @returns {string} changes with everything that the addon depends on
 */
function hashSources(profile) {
  const { name, version, napi, devDependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const hash = createHash('sha256');
  hash.update(JSON.stringify([profile, process.platform, process.arch, name, version, napi]));
  hash.update(devDependencies['@napi-rs/cli']);
  for (const file of sourceFiles()) {
    hash.update(`\0${file}\0`);
    hash.update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

/** @returns {string[]} */
function sourceFiles() {
  const single = [
    'Cargo.toml',
    'Cargo.lock',
    'build.rs',
    'rust-toolchain.toml',
    '.cargo/config.toml',
  ];
  const sources = readdirSync(path.join(root, 'src'), { recursive: true })
    .map((file) => `src/${String(file).replaceAll(path.sep, '/')}`)
    .filter((file) => file.endsWith('.rs'));
  return [...single.filter((file) => existsSync(path.join(root, file))), ...sources.sort()];
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function hashAddon(file) {
  try {
    return createHash('sha256')
      .update(readFileSync(path.join(root, file)))
      .digest('hex');
  } catch {
    return undefined;
  }
}
