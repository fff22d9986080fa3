import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const DEADLINE_MS = 20_000;

/**
 * Runs a fixture program in a Node process of its own and waits for its end. A program that is
 * still there at the deadline is killed, and `timedOut` is true.
 *
 * @param {URL} file
 * @param {object} [options]
 * @param {string[]} [options.args]
 * @param {string[]} [options.execArgv]
 * @param {Record<string, string>} [options.env] added to this process's environment
 * @param {number} [options.deadline] in ms
 */
export async function runFixture(
  file,
  { args = [], execArgv = [], env = {}, deadline = DEADLINE_MS } = {},
) {
  const child = spawn(process.execPath, [...execArgv, fileURLToPath(file), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, deadline);
  const exit = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  try {
    const [{ code, signal }, stdout, stderr] = await Promise.all([
      exit,
      text(child.stdout),
      text(child.stderr),
    ]);
    return { code, signal, stdout, stderr, timedOut };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a fixture program that must end well, and returns what it printed as JSON.
 *
 * @param {URL} file
 * @param {Parameters<typeof runFixture>[1]} [options]
 */
export async function fixtureResult(file, options) {
  const { code, signal, stdout, stderr, timedOut } = await runFixture(file, options);
  if (code !== 0) {
    const end = timedOut ? 'did not end' : `ended with ${signal ?? code}`;
    throw new Error(`The program ${end}.\n${stdout}\n${stderr}`);
  }
  return JSON.parse(stdout);
}
