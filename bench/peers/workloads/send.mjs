import { messages } from '../messages.mjs';
import { address } from '../specification.mjs';
import { Unavailable } from '../unavailable.mjs';
import { Measure } from '../usage.mjs';

/**
 * Sends for a time, and waits until the server has confirmed it all; the clock runs until then.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function send(library, specification) {
  const { deflate, kind, ms, size, warm } = specification;
  const ring = messages(kind, size);
  const mask = ring.length - 1;
  const url = address(specification, '/sink', { kind, size, deflate: Number(deflate) });
  const connection = await library.open(url, specification);
  const stride = Math.max(1, Math.min(256, Math.floor(65536 / size)));
  const begin = performance.now();
  let count = 0;
  let look = stride;
  let before = 0;
  let measure;
  await connection.send(() => {
    if (count === look) {
      look += stride;
      if (!measure) {
        if (performance.now() - begin >= warm) {
          measure = new Measure();
          before = count;
        }
      } else if (measure.elapsed >= ms) {
        return undefined;
      }
    }
    return ring[count++ & mask];
  });
  connection.post('{"end":true}');
  let report;
  await connection.receive((data) => {
    report = JSON.parse(data);
    return true;
  });
  const result = measure.result(count - before);
  await connection.close();
  if (report.count !== count || report.wrong > 0) {
    throw new Error(`${count} messages were sent, and the server says ${JSON.stringify(report)}`);
  }
  if (deflate && report.compressed !== count) throw new Unavailable('sends uncompressed messages');
  return { ...result, server: report };
}
