// node_modules, as package-lock.json has it.

import { readFileSync } from 'node:fs';
import path from 'node:path';

import { npm, root } from '../command.mjs';

/** Runs `npm ci` unless what is installed is what the lock file asks for. */
export async function ensureDependencies() {
  const difference = findDifference();
  if (!difference) return;
  console.log(`npm ci (${difference})`);
  // Lifecycle scripts of dependencies are not needed by anything here. Engine warnings concern
  // packages that are loaded on newer Node lines only.
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

/**
 * Compares the lock file with the record that npm keeps of what it installed. Dates say nothing
 * here: a checkout writes files in any order.
 *
 * @returns {string | undefined} the first difference, in words
 */
function findDifference() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  if (!installed) return 'nothing is installed';
  for (const [name, { version, optional }] of Object.entries(wanted ?? {})) {
    const found = installed[name];
    // Optional packages for other platforms are in the lock file and not on the disk.
    if (name === '' || (optional && !found)) continue;
    if (found?.version !== version) {
      return `${name.replace('node_modules/', '')} ${version} is wanted, found ${found?.version ?? 'none'}`;
    }
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Record<string, { version: string, optional?: boolean }> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
