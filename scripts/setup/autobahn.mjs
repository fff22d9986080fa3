// The Autobahn test suite, which needs Python 2.7: an environment of its own inside the checkout.

import { existsSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cache, capture, Failure, Unavailable } from '../command.mjs';

const REQUIREMENT = 'autobahntestsuite==25.10.1';

/** The last release that makes environments for Python 2.7. */
const MAKER = 'virtualenv==20.15.1';

const folder = path.join(cache, 'autobahn');
const maker = path.join(folder, 'maker');
const environment = path.join(folder, 'venv');
const stampFile = path.join(folder, 'requirement.txt');

/** The suite's command. */
export const wstest = path.join(environment, 'bin', 'wstest');

/** Makes the environment unless it is there with the wanted version. */
export function ensureAutobahn() {
  if (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === REQUIREMENT &&
    capture(wstest, ['--help']).ok
  ) {
    return;
  }
  const python2 = findPython2();
  console.log(`installing ${REQUIREMENT} into .cache/autobahn`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  must('python3', ['-m', 'venv', maker]);
  must(path.join(maker, 'bin', 'pip'), ['install', '--quiet', MAKER]);
  must(path.join(maker, 'bin', 'virtualenv'), ['--quiet', '--python', python2, environment]);
  must(path.join(environment, 'bin', 'pip'), ['install', '--quiet', REQUIREMENT]);
  writeFileSync(stampFile, REQUIREMENT);
}

/** @returns {string} an interpreter of Python 2.7 */
function findPython2() {
  const candidates = ['python2.7'];
  const pyenv = capture('pyenv', ['root']);
  if (pyenv.ok) {
    const versions = capture('pyenv', ['versions', '--bare']).stdout.split('\n');
    for (const version of versions.filter((line) => /^2\.7\.\d+$/.test(line.trim()))) {
      candidates.push(path.join(pyenv.stdout.trim(), 'versions', version.trim(), 'bin', 'python'));
    }
  }
  // Python 2 writes its version to the error output.
  const isPython2 = (candidate) => {
    const { ok, stdout, stderr } = capture(candidate, ['--version']);
    return ok && /^Python 2\.7\./.test(stdout || stderr);
  };
  const found = candidates.find(isPython2);
  if (found) return found;
  throw new Unavailable(
    'The Autobahn test suite runs on Python 2.7 only, and there is none here. ' +
      'With pyenv (https://github.com/pyenv/pyenv): pyenv install 2.7.18',
  );
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function must(program, args) {
  const result = capture(program, args);
  if (result.ok) return;
  const name = path.basename(program);
  throw new Failure(`${name} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`);
}
