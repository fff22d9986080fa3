// Brings the checkout into a state in which everything else runs. Does only what is missing.
// It runs before any dependency is installed, so it and all it imports use Node alone.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { main, run } from './command.mjs';
import { ensureAddon } from './setup/addon.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { withLock } from './setup/lock.mjs';
import { ensurePython } from './setup/python.mjs';

/**
 * @param {object} [options] what is wanted beside the npm packages
 * @param {boolean} [options.addon]
 * @param {boolean} [options.python] the Python peer of the tests
 */
export function setup({ addon = true, python = false } = {}) {
  return withLock(async () => {
    await ensureDependencies();
    if (addon) await ensureAddon();
    if (python) await ensurePython();
  });
}

/**
 * Sets up, then runs another script of the checkout with the arguments of this process.
 *
 * @param {string} script path inside the checkout
 */
export async function setupAndRun(script) {
  await setup();
  // Ctrl-C goes to the whole process group. The script decides what it means.
  process.on('SIGINT', () => {});
  await run(process.execPath, [script, ...process.argv.slice(2)]);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(() => setup({ python: process.argv.includes('--python') }));
}
