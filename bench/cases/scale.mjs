// The same messages per second in all, over ever more connections.

/** @type {import('./index.mjs').Case[]} */
export const scaleCases = [1, 100, 1000, 10_000].map((connections) => ({
  id: `scale/${connections}`,
  title: `10,000 messages/s over ${connections.toLocaleString('en')} connection${connections > 1 ? 's' : ''}`,
  group: 'scale',
  chart: 'scale',
  figures: ['main', 'total'],
  specification: {
    workload: 'scale',
    connections,
    concurrency: 64,
    kind: 'text',
    size: 64,
    rate: 10_000,
    // Each of ten thousand connections gets a message before the measurement, and three in it.
    warm: 1500,
    ms: 3000,
    tls: false,
  },
}));
