import { mkdtempSync, symlinkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { npm, packTarballs } from '../../scripts/pack/tarballs.mjs';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Packs the package and the one with this platform's binary, and installs both into an empty folder
 * outside the checkout, once for the tests of a file. The registry is not asked.
 *
 * @returns {{ folder: string, tarballs: ReturnType<typeof packTarballs>, write: (name: string, text: string) => string }}
 */
export function installedPackage() {
  const folder = mkdtempSync(path.join(tmpdir(), 'installed-'));
  const state = {
    folder,
    tarballs: undefined,
    write(name, text) {
      const file = path.join(folder, name);
      writeFileSync(file, text);
      return file;
    },
  };
  before(() => {
    state.tarballs = packTarballs(path.join(folder, 'tarballs'), { notices: false });
    const { main, binary } = state.tarballs;
    state.write('package.json', JSON.stringify({ private: true }));
    const args = ['install', '--offline', '--no-audit', '--no-fund', main.file, binary.file];
    const { ok, stdout, stderr } = npm(args, folder);
    if (!ok) throw new Error(`npm install failed:\n${stdout}${stderr}`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return state;
}

/**
 * Lends typings of the checkout to the folder, as if they had been installed there.
 *
 * @param {string} folder
 * @param {string[]} names of packages
 */
export function lend(folder, names) {
  for (const name of names) {
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(checkout, 'node_modules', name), link, 'junction');
  }
}
