// One run of a client program in a fresh process.

import { spawn } from 'node:child_process';

import { environment, libraries } from './libraries.mjs';

/** What a run may take beyond its measurement, and for each connection that it opens. */
const DEADLINE_MS = 30_000;
const DEADLINE_PER_CONNECTION_MS = 10;

/**
 * Runs a workload with a library and gives what the client program printed.
 *
 * @param {string} name of the library
 * @param {string} node line, such as `24`
 * @param {import('./load-server.mjs').LoadServer} server
 * @param {Partial<import('./peers/specification.mjs').Specification>} settings
 * @returns {Promise<Record<string, any>>}
 */
export async function runClient(name, node, server, settings) {
  const library = libraries[name];
  const [program, ...args] = library.command(node);
  const specification = {
    library: library.program,
    port: settings.tls ? server.tls : server.plain,
    controlPort: server.plain,
    ca: server.ca,
    shared: Boolean(library.shared),
    ...settings,
  };
  const { ms = 0, connections = 0 } = settings;
  const child = spawn(program, [...args, JSON.stringify(specification)], {
    env: { ...process.env, ...environment(server.ca) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS + 2 * ms + DEADLINE_PER_CONNECTION_MS * connections,
    killSignal: 'SIGKILL',
  });
  const [out, err, [code, signal]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (...outcome) => resolve(outcome));
    }),
  ]);
  const last = out.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(last);
  } catch {
    if (signal === 'SIGKILL') return { error: 'hangs: no result in time', hung: true };
    // Node's code for a program that waits for something that nothing can bring any more.
    if (code === 13) {
      return { error: 'stalls: awaits messages from a socket that it no longer reads' };
    }
    return { error: `ended with ${signal ?? code}: ${err.trim().slice(-2000)}` };
  }
}

/** @param {import('node:stream').Readable} stream */
async function textOf(stream) {
  let text = '';
  for await (const piece of stream.setEncoding('utf8')) text += piece;
  return text;
}
