// The client program of every library: `client.mjs SPECIFICATION` runs one workload in this fresh process and prints its result as one
// line of JSON. The specification is JSON too; bench/run.mjs makes it.

import process from 'node:process';
import { busy } from './workloads/busy.mjs';
import { connect } from './workloads/connect.mjs';
import { echo } from './workloads/echo.mjs';
import { idle } from './workloads/idle.mjs';
import { receive } from './workloads/receive.mjs';
import { scale } from './workloads/scale.mjs';
import { send } from './workloads/send.mjs';
import { stalledReader } from './workloads/stalled-reader.mjs';
import { stalledWriter } from './workloads/stalled-writer.mjs';
import { Unavailable } from './unavailable.mjs';
import { peakRss } from './usage.mjs';

const WORKLOADS = {
  busy,
  connect,
  echo,
  idle,
  receive,
  scale,
  send,
  'stalled-reader': stalledReader,
  'stalled-writer': stalledWriter,
};

/** @type {import('./specification.mjs').Specification} */
const specification = JSON.parse(process.argv[2]);

try {
  const library = await import(`./libraries/${specification.library}.mjs`);
  const result = await WORKLOADS[specification.workload](library, specification);
  await print({ version: library.version, peakRssBytes: peakRss(), ...result }, 0);
} catch (error) {
  if (error instanceof Unavailable) await print({ unavailable: error.message }, 0);
  else await print({ error: String(error?.stack ?? error) }, 1);
}

/**
 * Prints the result and ends, whatever is still open.
 *
 * @param {object} result
 * @param {number} code
 */
function print(result, code) {
  return new Promise(() => {
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(code));
  });
}
