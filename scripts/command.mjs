// Running other programs: one place for paths, exit codes and clear errors.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Everything that scripts keep between runs; removed by deleting the folder. */
export const cache = path.join(root, '.cache');

/** An error whose message is all that a reader needs: it is shown without a stack. */
export class Failure extends Error {}

/** This machine lacks what a proof needs; the message says how to get it. An error in CI. */
export class Unavailable extends Failure {}

/**
 * Runs a program in the checkout and waits for it.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env] added to the environment
 * @param {string} [options.cwd]
 * @param {(line: string) => void} [options.onLine] sees each line of the output, which is shown all the same
 * @param {(line: string) => void} [options.onErrorLine] the same for the error output
 * @param {number} [options.silenceMs] with `onLine`: a program that prints nothing for so long is ended
 * @returns {Promise<void>} rejects with a Failure when the exit code is not 0
 */
export async function run(program, args, { env, cwd = root, onLine, onErrorLine, silenceMs } = {}) {
  const colour =
    onLine && process.stdout.isTTY ? { CARGO_TERM_COLOR: 'always', FORCE_COLOR: '1' } : {};
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...colour, ...env },
    stdio: ['inherit', onLine ? 'pipe' : 'inherit', onErrorLine ? 'pipe' : 'inherit'],
  });
  if (onLine) watchLines(child.stdout, process.stdout, onLine);
  if (onErrorLine) watchLines(child.stderr, process.stderr, onErrorLine);
  const watch = silenceMs ? watchSilence(child, silenceMs) : undefined;
  // Ended from outside, a script takes what it started along.
  const forward = () => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  const outcome = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code));
  })
    .catch((error) => {
      throw new Failure(`${program} cannot be started: ${error.message}`);
    })
    .finally(() => {
      clearTimeout(watch?.timer);
      process.off('SIGTERM', forward);
    });
  if (outcome === 0) return;
  const command = shorten([path.basename(program), ...args].join(' '));
  if (watch?.fired) throw new Failure(`${command} printed nothing for ${silenceMs / 1000} s`);
  throw new Failure(`${command} ended with ${outcome}`);
}

/**
 * Runs a program quietly.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {{ ok: boolean, stdout: string, stderr: string }}
 */
export function capture(program, args, { cwd = root, env } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return {
    ok: result.status === 0,
    stdout: result.stdout ?? '',
    stderr: result.error ? result.error.message : (result.stderr ?? ''),
  };
}

/**
 * Runs npm: the one that started this script when there is one, else the one on PATH.
 *
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function npm(args, options) {
  const running = process.env.npm_execpath;
  if (running && /npm-cli\.c?js$/.test(running)) {
    return run(process.execPath, [running, ...args], options);
  }
  if (process.platform !== 'win32') return run('npm', args, options);
  // Windows has npm as a batch file, which only its own shell can start.
  return run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], options);
}

/**
 * Runs a command line tool of a development dependency.
 *
 * @param {string} packageName
 * @param {string} binName
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runTool(packageName, binName, args, options) {
  const folder = path.join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = typeof bin === 'string' ? bin : bin[binName];
  return run(process.execPath, [path.join(folder, file), ...args], options);
}

/**
 * Runs the body of a script, and turns what it throws into a message and an exit code.
 *
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(`\n${error instanceof Failure ? error.message : error.stack}`);
    process.exitCode = 1;
  }
}

/**
 * @param {string} text
 * @returns {string} a command line may list every file of the checkout
 */
function shorten(text) {
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}

/**
 * @param {import('node:stream').Readable} stream
 * @param {NodeJS.WritableStream} shown
 * @param {(line: string) => void} onLine
 */
function watchLines(stream, shown, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    shown.write(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    lines.forEach((line) => onLine(line));
  });
  stream.on('end', () => rest && onLine(rest));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} limitMs
 * @returns {{ timer: NodeJS.Timeout, fired: boolean }}
 */
function watchSilence(child, limitMs) {
  const timer = setTimeout(() => {
    watch.fired = true;
    child.kill('SIGTERM');
  }, limitMs);
  const watch = { timer, fired: false };
  child.stdout.on('data', () => timer.refresh());
  return watch;
}
