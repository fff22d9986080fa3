import { checker } from '../check.mjs';
import { messages } from '../messages.mjs';
import { quantiles } from '../quantiles.mjs';
import { address } from '../specification.mjs';
import { Measure } from '../usage.mjs';

/**
 * Messages there and back, with a number of them under way at a time.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function echo(library, specification) {
  const { inFlight, kind, ms, size, warm } = specification;
  const check = checker(specification);
  const ring = messages(kind, size);
  const mask = ring.length - 1;
  const connection = await library.open(address(specification, '/echo'), specification);
  const sentAt = new Float64Array(inFlight);
  const trips = new Float64Array(Math.ceil(ms / 1000) * MOST_TRIPS_PER_SECOND);
  let count = 0;
  let before = 0;
  let measured = 0;
  let measure;
  let result;
  const begin = performance.now();
  const received = connection.receive((data) => {
    const now = performance.now();
    check(data, count);
    const slot = count % inFlight;
    if (measure && measured < trips.length) trips[measured++] = now - sentAt[slot];
    count++;
    if (!measure) {
      if (now - begin >= warm) {
        measure = new Measure();
        before = count;
      }
    } else if (measure.elapsed >= ms) {
      result = measure.result(count - before);
      return true;
    }
    sentAt[slot] = performance.now();
    connection.post(ring[(count + inFlight - 1) & mask]);
    return false;
  });
  for (let number = 0; number < inFlight; number++) {
    sentAt[number] = performance.now();
    connection.post(ring[number & mask]);
  }
  await received;
  await connection.close();
  return {
    ...result,
    latencyMicros: quantiles(trips.subarray(0, measured).map((trip) => trip * 1000)),
  };
}

const MOST_TRIPS_PER_SECOND = 2_000_000;
