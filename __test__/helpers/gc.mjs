import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turns } from './until.mjs';

setFlagsFromString('--expose-gc');

/** The engine's collector, available whatever flags the test run was started with. */
export const gc = globalThis.gc ?? runInNewContext('gc');

/** Collects until finalizers, which need turns of the event loop, have had their chance too. */
export async function collect() {
  for (let round = 0; round < 5; round++) {
    gc();
    await turns(3);
  }
}

/** Resident memory in bytes after a collection. */
export async function settledRss() {
  await collect();
  return process.memoryUsage.rss();
}
