// Other runtimes than Node, installed inside the checkout from the npm packages that carry them.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cache, capture, Failure, npm } from '../command.mjs';
import { startSmokeServers } from './smoke-server.mjs';

/** Runtimes, and how each of them starts a program. */
export const runtimes = {
  bun: { version: '1.4.5', args: [] },
  deno: { version: '2.9.5', args: ['run', '--allow-all', '--quiet'] },
};

/**
 * Deno has no release for systems with musl.
 *
 * @param {keyof typeof runtimes} name
 * @returns {boolean}
 */
export function isReleasedHere(name) {
  if (name !== 'deno' || process.platform !== 'linux') return true;
  return process.report.getReport().header.glibcVersionRuntime !== undefined;
}

/**
 * Runs the smoke program in a runtime, against servers in this process.
 *
 * @param {keyof typeof runtimes} name
 * @param {(count: string) => void} report
 */
export async function runtimeSuite(name, report) {
  const binary = await install(name);
  const { places, stop } = await startSmokeServers();
  const program = path.join('__test__', 'runtimes', 'smoke.mjs');
  try {
    const { code, output } = await runProgram(binary, [
      ...runtimes[name].args,
      program,
      JSON.stringify(places),
    ]);
    const passed = output.match(/^ok /gm)?.length ?? 0;
    report(`${passed} cases passed, exit code ${code}`);
    if (code !== 0 || passed === 0) throw new Failure(`${name}: the smoke program failed`);
  } finally {
    await stop();
  }
}

/**
 * @param {string} binary
 * @param {string[]} args
 * @returns {Promise<{ code: number | string, output: string }>}
 */
function runProgram(binary, args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    process.stdout.write(data);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: signal ?? code, output });
    });
  });
}

/**
 * @param {keyof typeof runtimes} name
 * @returns {Promise<string>} path of its binary
 */
async function install(name) {
  const { version } = runtimes[name];
  const folder = path.join(cache, name);
  const extension = process.platform === 'win32' ? '.exe' : '';
  const candidates = [
    path.join(folder, 'node_modules', '.bin', name),
    path.join(folder, 'node_modules', name, 'bin', `${name}${extension}`),
    path.join(folder, 'node_modules', name, `${name}${extension}`),
  ];
  const found = () => candidates.find((file) => existsSync(file) && runs(file, version));
  const present = found();
  if (present) return present;
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version } };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  console.log(`installing ${name} ${version}`);
  await npm(['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
    cwd: folder,
  });
  const binary = found();
  if (!binary) throw new Failure(`${name}@${version} has no binary that runs here`);
  return binary;
}

/**
 * @param {string} binary
 * @param {string} version
 */
function runs(binary, version) {
  return capture(binary, ['--version']).stdout.includes(version);
}

/** Far above what the program needs: one that does not end fails. */
const DEADLINE_MS = 60_000;
