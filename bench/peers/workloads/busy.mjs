import { quantiles } from '../quantiles.mjs';
import { address } from '../specification.mjs';

/**
 * A consumer that works 5 ms on every chunk: the server tells how long its pings waited for their pongs.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function busy(library, specification) {
  const { every, ms, rate, size } = specification;
  const url = address(specification, '/heartbeat', { every, ms, rate, size });
  const connection = await library.open(url, specification);
  let count = 0;
  let report;
  await connection.receive((data) => {
    if (data.charCodeAt(0) === OPENING_BRACE) {
      report = JSON.parse(data);
      return true;
    }
    count++;
    const until = performance.now() + WORK_MS;
    while (performance.now() < until);
    return false;
  });
  if (report.count !== count) throw new Error(`${count} of ${report.count} messages arrived`);
  if (report.pongDelaysMicros.length !== report.pings) throw new Error('a ping got no pong');
  return { messages: count, latencyMicros: quantiles(report.pongDelaysMicros) };
}

const OPENING_BRACE = 123;
const WORK_MS = 5;
