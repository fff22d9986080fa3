// All cases, in the order in which they run and are shown.

import { busyCases } from './busy.mjs';
import { connectCases } from './connect.mjs';
import { echoCases } from './echo.mjs';
import { idleCases } from './idle.mjs';
import { scaleCases } from './scale.mjs';
import { receiveCases, sendCases } from './throughput.mjs';

/**
 * @typedef {object} Case
 * @property {string} id            Words that `--only` picks by, with slashes between them.
 * @property {string} title
 * @property {string} group         Cases that are one table.
 * @property {string} chart         Cases that are one chart.
 * @property {string[]} figures     What is compared, the chief one first; names of `report/figures.mjs`.
 * @property {boolean} [shared]     Whether `sharedBuffers` makes a difference.
 * @property {boolean} [limit]      Whether the client without JavaScript can do it.
 * @property {Partial<import('../peers/specification.mjs').Specification>} specification
 */

/** @type {Case[]} */
export const cases = [
  ...receiveCases,
  ...sendCases,
  ...echoCases,
  ...connectCases,
  ...idleCases,
  ...scaleCases,
  ...busyCases,
];

/** What each group is about; the heading of its table. */
export const groups = {
  receive: 'Receiving',
  send: 'Sending',
  echo: 'Echo',
  connect: 'Connecting',
  idle: 'Idle connections',
  scale: 'Many connections at one rate',
  busy: 'A busy JavaScript thread',
};

/**
 * The cases that a list of terms picks: `send` takes a group, `send/text/1k` only what has all three words.
 *
 * @param {string | undefined} terms with commas between them
 */
export function selectCases(terms) {
  if (!terms) return cases;
  const wanted = terms.split(',').map((term) => term.split('/'));
  return cases.filter(({ id }) => {
    const words = id.split('/');
    return wanted.some((term) => term.every((word) => words.includes(word)));
  });
}
