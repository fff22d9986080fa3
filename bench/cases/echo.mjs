// There and back.

/** @type {import('./index.mjs').Case[]} */
export const echoCases = [
  ...[
    { word: '64', title: '64 B', size: 64, kind: 'binary', tls: false },
    { word: '1k', title: '1 KiB text tls', size: 1024, kind: 'text', tls: true },
  ].flatMap(({ word, title, ...specification }) => [
    {
      id: `echo/one/${word}/${specification.tls ? 'tls' : 'plain'}`,
      title: `echo ${title}, one in flight`,
      group: 'echo',
      chart: 'echo-one',
      figures: ['p50', 'p99', 'p999'],
      limit: true,
      specification: { workload: 'echo', inFlight: 1, ...specification },
    },
    {
      id: `echo/many/${word}/${specification.tls ? 'tls' : 'plain'}`,
      title: `echo ${title}, 64 in flight`,
      group: 'echo',
      chart: 'echo-many',
      figures: ['rate', 'main'],
      limit: true,
      specification: { workload: 'echo', inFlight: 64, ...specification },
    },
  ]),
];
