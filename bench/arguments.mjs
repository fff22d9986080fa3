// The command line of the benchmark.

import { parseArgs } from 'node:util';

import { Failure } from '../scripts/command.mjs';
import { selectCases } from './cases/index.mjs';
import { libraries } from './libraries.mjs';

export const usage = `npm run bench -- [options]
  --node LINE      Node line that runs the clients: 24 or 26 (24)
  --only TERMS     cases: a group (send), or words with slashes (receive/text/1k), several with commas
  --peers NAMES    libraries: ${Object.keys(libraries).join(', ')}
  --rounds N       runs of every library in every case (5)
  --seconds S      length of a measurement (1)
  --keep           take the cases of a narrowed run over into the results of the full one
  --list           show the cases and end
  --write-docs     write the tables of docs/performance.md from the results that are there, and end`;

/**
 * @param {string[]} args
 */
export function parseArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      node: { type: 'string', default: '24' },
      only: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      'write-docs': { type: 'boolean', default: false },
    },
  });
  if (!['24', '26'].includes(values.node)) throw new Failure(`--node ${values.node}: 24 or 26`);
  const cases = selectCases(values.only);
  if (cases.length === 0) throw new Failure(`--only ${values.only}: no such case; see --list`);
  const peers = values.peers?.split(',') ?? Object.keys(libraries);
  const unknown = peers.find((name) => !Object.hasOwn(libraries, name));
  if (unknown) {
    throw new Failure(`--peers ${unknown}: there are ${Object.keys(libraries).join(', ')}`);
  }
  return {
    ...values,
    cases,
    peers,
    narrowed: Boolean(values.only || values.peers),
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    writeDocs: values['write-docs'],
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function positive(name, value) {
  const number = Number(value);
  if (!(number > 0)) throw new Failure(`--${name} ${value}: a number above 0`);
  return number;
}
