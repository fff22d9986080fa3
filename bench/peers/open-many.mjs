/**
 * Opens a number of connections, some at a time.
 *
 * @param {any} library
 * @param {string} url
 * @param {import('./specification.mjs').Specification} specification
 * @param {number} count
 * @param {(connection: any) => void} [onOpen]
 */
export async function openMany(library, url, specification, count, onOpen = () => {}) {
  const connections = [];
  let started = 0;
  const workers = Array.from({ length: Math.min(count, specification.concurrency) }, async () => {
    while (started < count) {
      started++;
      const connection = await library.open(url, specification);
      connections.push(connection);
      onOpen(connection);
    }
  });
  await Promise.all(workers);
  return connections;
}
