import { setTimeout } from 'node:timers/promises';
import { checker } from '../check.mjs';
import { address } from '../specification.mjs';
import { rss, settledRss } from '../usage.mjs';
import { progress } from '../progress.mjs';

/**
 * A client that reads nothing for a while from a server that sends as fast as it can, and then everything.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function stalledReader(library, specification) {
  const { count, kind, ms, size } = specification;
  const check = checker(specification);
  // The first connection loads the library, so that only the stalled one is measured.
  const first = await library.open(address(specification, '/idle'), specification);
  await first.close();
  const before = await settledRss();
  const id = `reader-${before}`;
  const url = address(specification, '/stalled/feed', { id, kind, size, count });
  const connection = await library.open(url, specification);
  connection.pause();
  await setTimeout(ms);
  const grown = rss() - before;
  const kernel = await progress(specification, id);
  const start = performance.now();
  let received = 0;
  let report;
  const reading = connection.receive((data) => {
    if (typeof data === 'string' && data.charCodeAt(0) === OPENING_BRACE) {
      report = JSON.parse(data);
      return true;
    }
    check(data, received);
    received++;
    return false;
  });
  connection.resume();
  await reading;
  const seconds = (performance.now() - start) / 1000;
  await connection.close();
  if (report.count !== received || received !== count) {
    throw new Error(`${received} of ${count} messages arrived`);
  }
  return {
    messages: received,
    seconds,
    acceptedBytes: kernel.acknowledgedBytes - kernel.clientReceiveQueueBytes,
    grownBytes: grown,
    kernel,
  };
}

const OPENING_BRACE = 123;
