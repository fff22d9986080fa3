// Programs of Debian and its relatives, for what npm cannot install.

import { existsSync } from 'node:fs';
import path from 'node:path';

import { run } from '../command.mjs';

/** Whether this system has Debian's packages. */
export const isDebian = existsSync('/etc/debian_version');

/**
 * Installs what is missing, where that needs no question: programs that only some tests need are
 * forced on nobody.
 *
 * @param {string[]} names of programs, and of the packages that they are in
 * @returns {Promise<boolean>} whether all are there
 */
export async function ensurePrograms(names) {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return true;
  if (!isDebian || (process.getuid() !== 0 && !process.env.CI)) return false;
  console.log(`installing ${missing.join(' and ')}`);
  await installPackages(missing);
  return missing.every(isInstalled);
}

/** @param {string[]} names */
export async function installPackages(names) {
  const asRoot = process.getuid() === 0 ? [] : ['sudo'];
  for (const args of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names],
  ]) {
    const [program, ...rest] = [...asRoot, ...args];
    await run(program, rest);
  }
}

/** @param {string} name */
function isInstalled(name) {
  // Servers are where only the administrator's PATH looks.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin'];
  return folders.some((folder) => existsSync(path.join(folder, name)));
}
