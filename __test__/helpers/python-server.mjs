import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './until.mjs';

/**
 * The echo server of Python's `websockets` package on loopback, ended when the test ends. The
 * virtual environment is made by the set-up of the test script.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {object} [options.deflate] arguments of its ServerPerMessageDeflateFactory, if not its own
 */
export async function startPythonServer(t, { deflate } = {}) {
  const port = await startScript(t, 'python_server.py', deflate ? [JSON.stringify(deflate)] : []);
  return { port, url: `ws://127.0.0.1:${port}/` };
}

/**
 * The echo server of Python's `hypercorn` package on loopback, which takes WebSockets over HTTP/2.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {{ cert: string, key: string }} [options.tls]
 */
export async function startHypercorn(t, { tls } = {}) {
  const files = tls ? await filesOf(t, tls) : [];
  const port = await startScript(t, 'hypercorn_server.py', files);
  return { port, url: tls ? `wss://localhost:${port}/` : `ws://127.0.0.1:${port}/` };
}

async function filesOf(t, { cert, key }) {
  const folder = await mkdtemp(join(tmpdir(), 'hypercorn-'));
  t.after(() => rm(folder, { recursive: true }));
  const files = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(files[0], cert);
  await writeFile(files[1], key);
  return files;
}

async function startScript(t, file, args) {
  const child = spawn(python(), [path(`./${file}`), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  t.after(async () => {
    child.kill();
    await exited;
  });
  const firstLine = new Promise((resolve) => {
    createInterface(child.stdout).once('line', resolve);
  });
  const line = await within(Promise.race([firstLine, exited]), 'the Python server prints its port');
  const port = Number(line);
  if (!(port > 1023)) throw new Error(`The Python server did not start: ${line}`);
  return port;
}

/** The interpreter that the set-up of the test script made an environment for. */
export function python() {
  const windows = process.platform === 'win32';
  const found = path(windows ? '../../.venv/Scripts/python.exe' : '../../.venv/bin/python');
  if (!existsSync(found)) {
    throw new Error('No virtual environment in .venv; `npm test` makes it');
  }
  return found;
}

function path(relative) {
  return fileURLToPath(new URL(relative, import.meta.url));
}
