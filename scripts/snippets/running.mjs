// Runs blocks of documents as programs of their own, against servers that stand for example.com.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

import { Failure, root } from '../command.mjs';

/** A program that runs longer waits for something that does not come. */
const DEADLINE_MS = 20_000;

/** Most programs wait for the server to close, so several run at a time. */
const CONCURRENCY = 4;

/** Names that a block takes for granted. */
const surroundings = pathToFileURL(path.join(root, 'scripts', 'snippets', 'surroundings.mjs')).href;

/**
 * @param {{ place: string, file: string }[]} snippets
 * @param {string} folder for what they read, where they run
 */
export async function runSnippets(snippets, folder) {
  // Not there before the set-up has run.
  const { startStandIns } = await import('./stand-ins.mjs');
  mkdirSync(folder, { recursive: true });
  const standIns = await startStandIns(folder);
  const problems = [];
  const waiting = [...snippets];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const output = await runOne(next.file, folder, standIns);
      if (output !== undefined) problems.push(`${next.place} does not run:\n${output}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    await standIns.stop();
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}

/**
 * @param {string} file
 * @param {string} cwd
 * @param {{ authority: string, replaceIn: (code: string) => string }} standIns
 * @returns {Promise<string | undefined>} what it printed, if it failed
 */
async function runOne(file, cwd, { authority, replaceIn }) {
  const code = readFileSync(file, 'utf8');
  writeFileSync(file, replaceIn(code));
  // A block that imports something is a whole program; others have the names of their surroundings.
  const preload = /^import .*'websocketstream/m.test(code) ? [] : ['--import', surroundings];
  // The flag gives Node 20 the global WebSocket that later ones have anyway.
  const args = ['--no-warnings', '--experimental-websocket', ...preload, file];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  clearTimeout(timer);
  if (exitCode === 0 && stderr === '' && stdout !== '') return undefined;
  if (exitCode === 0 && stdout === '') return 'it prints nothing';
  return `${stdout}${stderr}ended with ${signal ?? exitCode}`;
}
