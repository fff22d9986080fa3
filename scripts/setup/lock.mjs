// One setup at a time in a checkout: two terminals must not install over each other.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { cache } from '../command.mjs';

const file = path.join(cache, 'setup.lock');
const POLL_MS = 250;

/**
 * @template T
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(body) {
  mkdirSync(cache, { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) console.log('waiting for the setup of another process in this checkout');
    told = true;
    await delay(POLL_MS);
  }
  // `process.exit()` and a signal skip `finally`; a lock of a dead process is taken over.
  try {
    return await body();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @returns {boolean} whether this process holds the lock */
function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!ownerIsAlive()) rmSync(file, { force: true });
  return false;
}

/** @returns {boolean} */
function ownerIsAlive() {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // An empty file belongs to a process between creating and writing it.
    if (!owner) return true;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
