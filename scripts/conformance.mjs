// `npm run test:conformance`: the proofs that take long or need more than Node and Rust, after
// installing and building what is missing. What a proof needs and cannot get is an error in CI; elsewhere
// the proof is left out, and the run says so.
//   --only <text>      only the proofs whose name contains the text
//   --cases 1.*,6.4.1  only these cases of Autobahn
//   --full             all cases of Autobahn: the sections about compression take ten minutes
//   --seconds 60       for each fuzz target

import { parseArgs } from 'node:util';

import { Failure, main, Unavailable } from './command.mjs';
import { autobahn } from './conformance/autobahn.mjs';
import { fuzz } from './conformance/fuzz.mjs';
import { models } from './conformance/models.mjs';
import { packets } from './conformance/packets.mjs';
import { setup } from './setup.mjs';

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '15' },
  },
});

/** @type {Record<string, (report: (count: string) => void) => Promise<void>>} */
const proofs = {
  models,
  autobahn: (report) => autobahn(report, { cases: values.cases, full: values.full }),
  packets,
  fuzz: (report) => fuzz(report, Number(values.seconds)),
};

main(async () => {
  const only = values.cases ? 'autobahn' : values.only;
  const chosen = Object.entries(proofs).filter(([name]) => name.includes(only));
  if (chosen.length === 0) {
    throw new Failure(`--only ${only}: there are ${Object.keys(proofs).join(', ')}`);
  }
  await setup();
  const counts = [];
  const failed = [];
  for (const [name, proof] of chosen) {
    console.log(`\n--- ${name}`);
    const started = performance.now();
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
    try {
      await proof((count) => counts.push(`${name}: ${count}, ${seconds()}`));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      console.error(`\n${error.message}`);
      if (error instanceof Unavailable && !process.env.CI) counts.push(`${name}: left out`);
      else failed.push(name);
    }
  }
  console.log(`\n--- counts\n${counts.join('\n')}`);
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')}`);
});
