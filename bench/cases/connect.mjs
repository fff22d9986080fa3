// Opening and closing, 32 at a time.

/** @type {import('./index.mjs').Case[]} */
export const connectCases = [false, true].map((tls) => ({
  id: `connect/${tls ? 'tls' : 'plain'}`,
  title: `connect, 32 at a time${tls ? ', tls' : ''}`,
  group: 'connect',
  chart: 'connect',
  figures: ['rate', 'main'],
  limit: true,
  specification: { workload: 'connect', concurrency: 32, tls, size: 64 },
}));
