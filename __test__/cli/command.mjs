import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../helpers/until.mjs';

const bin = fileURLToPath(new URL('../../bin/websocketstream.js', import.meta.url));

/**
 * Starts the command line, and kills it when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} args
 */
export function startCommand(t, args) {
  return observe(t, spawn(process.execPath, [bin, ...args]));
}

/**
 * Starts the command line on a terminal of its own: what it writes to stdout and stderr comes
 * together, with the line ends of a terminal, and so do the keys that are written to it.
 *
 * @param {import('node:test').TestContext} t
 * @param {string[]} args
 */
export function startOnTerminal(t, args) {
  const script =
    'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const command = ['-c', script, process.execPath, bin, ...args];
  const env = { ...process.env, NO_COLOR: '', FORCE_COLOR: undefined };
  return observe(t, spawn('python3', command, { env }));
}

/**
 * @param {import('node:test').TestContext} t
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 */
function observe(t, child) {
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  const chunks = [];
  const state = {
    child,
    stdin: child.stdin,
    stderr: '',
    /** Bytes on stdout so far. */
    received: 0,
    get stdout() {
      return Buffer.concat(chunks);
    },
  };
  child.stdout.on('data', (chunk) => {
    chunks.push(chunk);
    state.received += chunk.length;
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
