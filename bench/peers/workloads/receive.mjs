import { checker } from '../check.mjs';
import { address } from '../specification.mjs';
import { Unavailable } from '../unavailable.mjs';
import { Measure } from '../usage.mjs';

/**
 * Reads a feed to its end. The clock runs from the end of the warm-up until the report of the server, which comes last.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function receive(library, specification) {
  const { deflate, kind, ms, size, warm } = specification;
  const check = checker(specification);
  const url = address(specification, '/feed', {
    kind,
    size,
    ms: ms + warm,
    deflate: Number(deflate),
  });
  const connection = await library.open(url, specification);
  const begin = performance.now();
  // Looking at the clock costs more than a small message.
  const stride = Math.max(1, Math.min(256, Math.floor(65536 / size)));
  let count = 0;
  let look = stride;
  let before = 0;
  let measure;
  let report;
  await connection.receive((data) => {
    if (typeof data === 'string' && data.charCodeAt(0) === OPENING_BRACE) {
      report = JSON.parse(data);
      return true;
    }
    check(data, count);
    count++;
    if (count < look) return false;
    look += stride;
    if (measure) return measure.elapsed > ms + PATIENCE_MS;
    if (performance.now() - begin >= warm) {
      before = count;
      measure = new Measure();
    }
    return false;
  });
  const result = measure?.result(count - before);
  // A library that takes in what it cannot handle is not waited for: all up to here was right.
  if (!report) return { ...result, cut: true };
  await connection.close();
  if (report.count !== count) throw new Error(`${count} of ${report.count} messages arrived`);
  if (!result) throw new Error('the run was shorter than its warm-up');
  if (deflate && report.compressed !== count) {
    throw new Unavailable('receives uncompressed messages');
  }
  return { ...result, server: report };
}

const OPENING_BRACE = 123;
/** How long a library may read on after the time is over: what the kernel holds, and what the library has queued. */
const PATIENCE_MS = 3000;
