// Memory of connections that do nothing.

/** @type {import('./index.mjs').Case[]} */
export const idleCases = [false, true].map((tls) => ({
  id: `idle/${tls ? 'tls' : 'plain'}`,
  title: `idle connection${tls ? ', tls' : ''}`,
  group: 'idle',
  chart: 'idle',
  figures: ['memory'],
  specification: { workload: 'idle', connections: 2000, concurrency: 32, tls, size: 64 },
}));
