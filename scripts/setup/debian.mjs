// Packages of Debian and its relatives, for what npm cannot install.

import { existsSync } from 'node:fs';

import { run } from '../command.mjs';

/** Whether this system has them. */
export const isDebian = existsSync('/etc/debian_version');

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
