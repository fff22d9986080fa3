// The addon as some tests need it: it counts what is alive, and fails on demand.

import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';

import { cache, root, run } from '../command.mjs';
import { requireRust } from './tools.mjs';

/** Where the tests find it. */
const file = path.join(cache, 'testing', 'websocketstream.node');

/** Builds it; cargo knows whether there is anything to do. */
export async function ensureTestingAddon() {
  requireRust();
  const target = path.join(root, 'target');
  await run('cargo', ['build', '--locked', '--lib', '--features', 'testing'], {
    env: { CARGO_TARGET_DIR: target },
  });
  mkdirSync(path.dirname(file), { recursive: true });
  // A running process has the old file mapped: it is replaced, never written over.
  copyFileSync(path.join(target, 'debug', libraryName()), `${file}.copy`);
  renameSync(`${file}.copy`, file);
}

/** @returns {string} what cargo calls a shared library here */
function libraryName() {
  if (process.platform === 'win32') return 'websocketstream.dll';
  return `libwebsocketstream.${process.platform === 'darwin' ? 'dylib' : 'so'}`;
}
