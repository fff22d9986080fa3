// The tarballs of a release, as far as this machine can make them: the package itself, and the
// package with the binary of this platform.

import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

import { cache, capture, Failure, root } from '../command.mjs';
import { addNotices, thirdPartyNotices } from './notices.mjs';

/**
 * @typedef {object} Tarball
 * @property {string} file
 * @property {string} name of the package
 * @property {number} size packed, in bytes
 * @property {string[]} files paths inside the package
 * @property {number} unpacked in bytes
 */

/**
 * @param {string} folder gets the two files
 * @param {object} [options]
 * @param {boolean} [options.notices] as a release has them; without, no Rust is needed
 * @returns {{ main: Tarball, binary: Tarball }}
 */
export function packTarballs(folder, { notices = true } = {}) {
  const addon = readdirSync(root).find((name) => name.endsWith('.node'));
  if (!addon) throw new Failure('there is no addon to pack: npm run build');
  mkdirSync(folder, { recursive: true });
  const platform = platformPackage(addon);
  if (notices) addNotices(platform, thirdPartyNotices());
  return { main: pack(root, folder), binary: pack(platform, folder) };
}

/**
 * @param {string} addon name of the file in the checkout
 * @returns {string} folder of the package that carries it
 */
function platformPackage(addon) {
  const npmDirectory = path.join(cache, `npm-${process.pid}`);
  rmSync(npmDirectory, { recursive: true, force: true });
  process.on('exit', () => rmSync(npmDirectory, { recursive: true, force: true }));
  const cli = path.join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');
  const { ok, stderr, stdout } = capture(process.execPath, [
    cli,
    'create-npm-dirs',
    '--npm-dir',
    path.relative(root, npmDirectory),
  ]);
  if (!ok) throw new Failure(`napi create-npm-dirs failed:\n${stdout}${stderr}`);
  const target = addon.split('.').at(-2);
  const folder = path.join(npmDirectory, target);
  if (!existsSync(folder)) throw new Failure(`package.json has no target for ${addon}`);
  copyFileSync(path.join(root, addon), path.join(folder, addon));
  return folder;
}

/**
 * @param {string} source
 * @param {string} folder
 * @returns {Tarball}
 */
function pack(source, folder) {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { ok, stdout, stderr } = npm(args, source);
  if (!ok) throw new Failure(`npm pack failed:\n${stderr}`);
  const answer = JSON.parse(stdout);
  // npm 12 names each package, its forerunners list them.
  const { filename, name, files } = Array.isArray(answer) ? answer[0] : Object.values(answer)[0];
  const file = path.join(folder, filename);
  return {
    file,
    name,
    size: statSync(file).size,
    files: files.map((one) => one.path).sort(),
    unpacked: files.reduce((sum, one) => sum + one.size, 0),
  };
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
export function npm(args, cwd) {
  const running = process.env.npm_execpath;
  const env = { npm_config_loglevel: 'error' };
  if (running && /npm-cli\.c?js$/.test(running)) {
    return capture(process.execPath, [running, ...args], { cwd, env });
  }
  if (process.platform !== 'win32') return capture('npm', args, { cwd, env });
  return capture('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], { cwd, env });
}
