import { setTimeout } from 'node:timers/promises';
import { address } from '../specification.mjs';
import { Measure } from '../usage.mjs';

/**
 * Opens and closes connections, a number of them at a time.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function connect(library, specification) {
  const { concurrency, ms, warm } = specification;
  const url = address(specification, '/idle');
  let opened = 0;
  let going = true;
  const workers = Array.from({ length: concurrency }, async () => {
    while (going) {
      const connection = await library.open(url, specification);
      await connection.close();
      opened++;
    }
  });
  const failed = Promise.all(workers);
  await Promise.race([failed, setTimeout(warm)]);
  const measure = new Measure();
  const before = opened;
  await Promise.race([failed, setTimeout(ms)]);
  const result = measure.result(opened - before);
  going = false;
  await failed;
  return result;
}
