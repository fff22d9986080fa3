/**
 * Everything that an async iterable gives, until it ends.
 *
 * @template T
 * @param {AsyncIterable<T>} iterable
 * @returns {Promise<T[]>}
 */
export async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}
