// What the measurements need beyond the package itself: the libraries to compare, at the versions of bench/package-lock.json, and the
// two Rust programs. Does only what is missing.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { main, npm, root, run } from '../scripts/command.mjs';
import { setup } from '../scripts/setup.mjs';
import { withLock } from '../scripts/setup/lock.mjs';

/** This folder. */
export const bench = path.join(root, 'bench');

const release = path.join(bench, 'server', 'target', 'release');
const suffix = process.platform === 'win32' ? '.exe' : '';

/** The programs that `prepare` builds. */
export const programs = {
  loadServer: path.join(release, `load-server${suffix}`),
  limitClient: path.join(release, `limit-client${suffix}`),
};

/** Installs and builds what is missing. */
export async function prepare() {
  await setup();
  await withLock(async () => {
    if (!installed()) {
      console.log('installing the libraries to compare');
      await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: bench });
    }
    await run('cargo', ['build', '--release', '--locked', '--quiet'], {
      cwd: path.join(bench, 'server'),
    });
  });
}

/** Whether every package has the version of the lock file, and its program. */
function installed() {
  const wanted = packages('package-lock.json');
  const found = packages('node_modules/.package-lock.json');
  const programsOf = ['.bin/bun', '.bin/deno', 'node-24/bin/node', 'node-26/bin/node'];
  return (
    Object.entries(wanted).every(
      ([name, { version, optional }]) =>
        name === '' || (optional && !found[name]) || found[name]?.version === version,
    ) &&
    programsOf.every((file) => existsSync(path.join(bench, 'node_modules', `${file}${suffix}`)))
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version: string, optional?: boolean }>}
 */
function packages(file) {
  try {
    return JSON.parse(readFileSync(path.join(bench, file), 'utf8')).packages;
  } catch {
    return {};
  }
}

if (process.argv[1] === path.join(bench, 'setup.mjs')) main(prepare);
