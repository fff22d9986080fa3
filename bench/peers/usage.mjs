// Time, CPU and memory of this process.

import process from 'node:process';

/**
 * The moment at which a measurement starts, or its figures since then.
 */
export class Measure {
  #time = performance.now();
  #main = mainMicros();
  #total = totalMicros();

  /** Milliseconds since the start. */
  get elapsed() {
    return performance.now() - this.#time;
  }

  /**
   * The figures for a number of messages that moved since the start.
   *
   * @param {number} messages
   */
  result(messages) {
    return {
      messages,
      seconds: this.elapsed / 1000,
      mainMicros: mainMicros() - this.#main,
      mainSource: process.threadCpuUsage ? 'thread' : 'process',
      totalMicros: totalMicros() - this.#total,
    };
  }
}

/** The most memory that was resident at any time, in bytes. */
export function peakRss() {
  return process.resourceUsage().maxRSS * 1024;
}

/** The memory that is resident, in bytes. */
export function rss() {
  return process.memoryUsage.rss();
}

/** Collects garbage until the resident memory no longer falls, and gives it. */
export async function settledRss() {
  let least = Infinity;
  for (let quiet = 0, turn = 0; quiet < 3 && turn < 20; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = rss();
    quiet = now > least * 0.998 ? quiet + 1 : 0;
    least = Math.min(least, now);
  }
  return least;
}

function collect() {
  if (globalThis.Bun) globalThis.Bun.gc(true);
  else globalThis.gc?.();
}

/** CPU of the thread that runs JavaScript; of all threads where a runtime cannot tell (Node before 23.9). */
function mainMicros() {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return user + system;
}

function totalMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
