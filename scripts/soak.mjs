// `npm run soak -- --minutes 10`: connections of every kind by every route at random, against
// servers with faults. Every byte is checked by hash. Fails when a job fails or hangs, and when
// memory, handles, threads or descriptors grow after warm-up.

import { fork, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { steadyMemory } from '../__test__/helpers/steady-memory.mjs';
import { Failure, main } from './command.mjs';
import { setup } from './setup.mjs';
import { growth, readGauge } from './soak/gauge.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });

main(async () => {
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) {
    throw new Failure(`--minutes must be a number above 0, not ${values.minutes}`);
  }
  if (!globalThis.gc) {
    await setup();
    const args = [
      ...steadyMemory.flags,
      fileURLToPath(import.meta.url),
      '--minutes',
      values.minutes,
    ];
    const { status } = spawnSync(process.execPath, args, {
      stdio: 'inherit',
      env: { ...process.env, ...steadyMemory.env },
    });
    process.exitCode = status ?? 1;
    return;
  }
  const server = fork(new URL('./soak/server.mjs', import.meta.url), { execArgv: [] });
  const [places] = await once(server, 'message');
  try {
    await soak(places, minutes * 60_000);
  } finally {
    server.kill();
  }
});

/**
 * @param {import('./soak/routes.mjs').Places} places
 * @param {number} duration in ms
 */
async function soak(places, duration) {
  // Not there before the set-up has run.
  const { jobs } = await import('./soak/jobs.mjs');
  const { randomRoute } = await import('./soak/routes.mjs');
  const names = Object.keys(jobs);
  const counts = Object.fromEntries(names.map((name) => [name, 0]));
  const routes = {};
  const start = performance.now();
  const readings = [];
  while (performance.now() - start < duration) {
    const until = performance.now() + duration / ROUNDS;
    await Promise.all(Array.from({ length: AT_ONCE }, () => work(until)));
    const reading = await readGauge();
    // The first fifth is warm-up.
    if (performance.now() - start > duration / 5) readings.push(reading);
    const seconds = Math.round((performance.now() - start) / 1000);
    const jobsDone = Object.values(counts).reduce((sum, count) => sum + count, 0);
    console.log(`${seconds} s: ${jobsDone} connections, ${JSON.stringify(reading)}`);
  }
  console.log(JSON.stringify(counts));
  console.log(JSON.stringify(routes));
  const problems = growth(readings);
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  console.log('every byte was right, and nothing grew');

  /** @param {number} until */
  async function work(until) {
    while (performance.now() < until) {
      const name = names[randomInt(names.length)];
      const route = randomRoute(places);
      await within(jobs[name](route.connect), `${name} by ${route.name}`);
      counts[name] += 1;
      routes[route.name] = (routes[route.name] ?? 0) + 1;
    }
  }
}

/**
 * @param {Promise<void>} job
 * @param {string} name
 */
async function within(job, name) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failure(`${name} hangs`)), DEADLINE_MS);
  });
  try {
    await Promise.race([job, late]);
  } catch (error) {
    throw new Failure(`${name}: ${error.stack}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Connections at once. */
const AT_ONCE = 40;

/** Pauses in which everything must have come to rest. */
const ROUNDS = 20;

/** Far above what a job needs on a loaded machine. */
const DEADLINE_MS = 60_000;
