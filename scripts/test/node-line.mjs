// Another Node release, installed inside the checkout from the npm packages that carry its binary.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cache, capture, Failure, npm } from '../command.mjs';

/** The releases that the suite runs on, beside the one that runs this script. */
const releases = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };

/**
 * @param {string} line such as 24
 * @returns {Promise<string>} path of its binary
 */
export async function nodeOfLine(line) {
  const version = releases[line];
  if (!version) throw new Failure(`--node ${line}: known are ${Object.keys(releases).join(', ')}`);
  const folder = path.join(cache, `node-${line}`);
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  // The package `node` only picks one of these in an install script. Asking for the right one
  // directly works where install scripts are switched off.
  const name = `node-${platform}-${process.arch}`;
  const binary = path.join(
    folder,
    'node_modules',
    name,
    'bin',
    platform === 'win' ? 'node.exe' : 'node',
  );
  if (runs(binary, version)) return binary;
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version } };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  console.log(`installing Node ${version}`);
  await npm(['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: folder,
  });
  if (!runs(binary, version)) throw new Failure(`${name}@${version} has no binary that runs here`);
  return binary;
}

/**
 * @param {string} binary
 * @param {string} version
 */
function runs(binary, version) {
  return existsSync(binary) && capture(binary, ['--version']).stdout.trim() === `v${version}`;
}
