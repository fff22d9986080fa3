// A consumer that works 5 ms on every chunk, and what a heartbeat of the server notices of it.

/** @type {import('./index.mjs').Case[]} */
export const busyCases = [
  { word: 'keeping-up', title: 'pong while JavaScript works 75% of the time', rate: 150 },
  { word: 'falling-behind', title: 'pong while JavaScript falls behind', rate: 300 },
].map(({ word, title, rate }) => ({
  id: `busy/${word}`,
  title,
  group: 'busy',
  chart: 'busy',
  figures: ['p50', 'p99', 'max'],
  specification: {
    workload: 'busy',
    rate,
    every: 50,
    ms: 2000,
    size: 256,
    kind: 'text',
    tls: false,
  },
}));
