import { openMany } from '../open-many.mjs';
import { address } from '../specification.mjs';
import { settledRss } from '../usage.mjs';

/**
 * Memory of connections that are open and quiet. The first ones are not counted: with them the library itself is loaded.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function idle(library, specification) {
  const url = address(specification, '/idle');
  const kept = await openMany(library, url, specification, FIRST);
  const before = await settledRss();
  kept.push(...(await openMany(library, url, specification, specification.connections)));
  const after = await settledRss();
  return {
    connections: kept.length - FIRST,
    bytesPerConnection: (after - before) / specification.connections,
  };
}

const FIRST = 200;
