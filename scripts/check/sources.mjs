// The files that people write, as the checks see them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from '../command.mjs';

const notOurs = new Set(['node_modules', 'target', 'results', '__pycache__']);

/**
 * @param {string} folder inside the checkout
 * @param {RegExp} name what a file name has to match
 * @returns {string[]} paths inside the checkout, with slashes, sorted
 */
export function sourcesIn(folder, name) {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  const found = [];
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory() && !notOurs.has(entry.name)) found.push(...sourcesIn(file, name));
    else if (entry.isFile() && name.test(entry.name)) found.push(file);
  }
  return found.sort();
}

/**
 * @param {string} file inside the checkout
 * @returns {string}
 */
export function readSource(file) {
  return readFileSync(path.join(root, file), 'utf8');
}
