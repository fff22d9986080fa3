import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../helpers/until.mjs';

const bin = fileURLToPath(new URL('../../bin/websocketstream.js', import.meta.url));

/**
 * Starts the command line, and kills it when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
export function startCommand(t, args, env = {}) {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  const state = { child, stdin: child.stdin, stdout: Buffer.alloc(0), stderr: '' };
  child.stdout.on('data', (chunk) => {
    state.stdout = Buffer.concat([state.stdout, chunk]);
  });
  child.stderr.on('data', (chunk) => {
    state.stderr += chunk;
  });
  state.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  return state;
}

/**
 * Runs the command line to its end.
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} args
 * @param {string | Uint8Array} [input]
 */
export async function runCommand(t, args, input = '') {
  const command = startCommand(t, args);
  command.stdin.end(input);
  const code = await command.ended;
  return { code, stdout: command.stdout.toString(), bytes: command.stdout, stderr: command.stderr };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} [args]
 */
export async function startListen(t, args = []) {
  const command = startCommand(t, ['listen', '0', ...args]);
  await until(() => command.stderr.includes('\n'), 'the server listens');
  return { ...command, command, url: /ws:\S+?(?=,)/.exec(command.stderr)[0] };
}
