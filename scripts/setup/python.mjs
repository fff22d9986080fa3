// The Python peers of the tests, in a virtual environment inside the checkout: `websockets`, and
// `hypercorn` for WebSockets over HTTP/2.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { capture, Failure, root } from '../command.mjs';

const REQUIREMENTS = ['websockets==17.4', 'hypercorn==0.18.0', 'h2==4.3.0', 'wsproto==1.2.0'];

const folder = path.join(root, '.venv');
const stampFile = path.join(folder, 'requirement.txt');

/** The interpreter that has them. */
export const python =
  process.platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');

/** Makes the virtual environment unless it is there with the wanted versions. */
export async function ensurePython() {
  if (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === REQUIREMENTS.join('\n') &&
    capture(python, ['--version']).ok
  ) {
    return;
  }
  console.log(`installing ${REQUIREMENTS.join(', ')} into .venv`);
  rmSync(folder, { recursive: true, force: true });
  const base = process.platform === 'win32' ? 'python' : 'python3';
  if (!capture(base, ['--version']).ok) {
    throw new Failure(`${base} is missing: the tests talk to a Python server too. ${advice}`);
  }
  makeEnvironment(base);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...REQUIREMENTS];
  const installed = capture(python, pip);
  if (!installed.ok) {
    throw new Failure(`${REQUIREMENTS.join(', ')} cannot be installed:\n${installed.stderr}`);
  }
  writeFileSync(stampFile, REQUIREMENTS.join('\n'));
}

/** @param {string} base */
function makeEnvironment(base) {
  const made = capture(base, ['-m', 'venv', folder]);
  if (made.ok) return;
  // Debian splits venv into a package of its own, and leaves a broken folder without it.
  rmSync(folder, { recursive: true, force: true });
  throw new Failure(`${base} -m venv does not work: ${advice}\n${made.stdout}${made.stderr}`);
}

const advice = 'On Debian and Ubuntu: apt-get install python3-venv. On macOS: brew install python.';
