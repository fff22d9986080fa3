// Autobahn's server: it plays the cases, and judges what the client answers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { cache, Failure } from '../command.mjs';
import { wstest } from '../setup/autobahn.mjs';

const START_DEADLINE_MS = 30_000;

const folder = path.join(cache, 'autobahn', 'run');
const reports = path.join(folder, 'reports');

/**
 * Plays cases while `body` runs.
 *
 * @param {string[]} cases such as `1.*` or `7.1.6`
 * @param {(url: string) => Promise<void>} body
 */
export async function withFuzzingServer(cases, body) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `ws://127.0.0.1:${port}`;
  const specFile = path.join(folder, 'spec.json');
  const spec = { url, outdir: reports, cases, 'exclude-cases': [], 'exclude-agent-cases': {} };
  writeFileSync(specFile, JSON.stringify(spec));
  const server = spawn(wstest, ['-m', 'fuzzingserver', '-s', specFile, '-u', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (text) => (output = (output + text).slice(-4000)));
  }
  const ended = once(server, 'close');
  const stop = () => server.kill('SIGKILL');
  process.on('exit', stop);
  try {
    await untilListening(port, server, () => output);
    await body(url);
  } finally {
    stop();
    process.off('exit', stop);
    await ended;
  }
}

/**
 * @param {string} agent
 * @returns {Record<string, { behavior: string, behaviorClose: string, reportfile: string }>}
 */
export function readReport(agent) {
  const report = JSON.parse(readFileSync(path.join(reports, 'index.json'), 'utf8'))[agent];
  if (!report) throw new Failure('Autobahn wrote no report: the client has not finished its run');
  return report;
}

/**
 * @param {{ reportfile: string }} result
 * @returns {{ description: string, expectation: string, result: string, resultClose: string }}
 */
export function readDetails({ reportfile }) {
  return JSON.parse(readFileSync(path.join(reports, reportfile), 'utf8'));
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * @param {number} port
 * @param {import('node:child_process').ChildProcess} server
 * @param {() => string} output
 */
async function untilListening(port, server, output) {
  const end = performance.now() + START_DEADLINE_MS;
  while (performance.now() < end && server.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const connected = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (connected) return;
    await delay(100);
  }
  throw new Failure(`Autobahn's server does not start:\n${output()}`);
}
