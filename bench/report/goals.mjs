// How far the package is from what it aims at, and where a peer is ahead of it.

import { targets } from '../targets.mjs';
import { figures, show, showRatio } from './figures.mjs';

const OURS = 'websocketstream';

/**
 * Shows the goals that the cases of a run have, and the cases in which a peer is ahead.
 *
 * @param {{ cases: Record<string, any> }} data
 */
export function showGoals({ cases }) {
  const reached = targets.flatMap((target) => judge(cases, target));
  if (reached.length > 0) console.log(`\nGoals\n${reached.join('\n')}`);
  const behind = Object.entries(cases).flatMap(([id, entry]) => peersAhead(id, entry));
  if (behind.length > 0) console.log(`\nAhead of ${OURS}\n${behind.join('\n')}`);
}

/**
 * @param {Record<string, any>} cases
 * @param {import('../targets.mjs').Target} target
 */
function judge(cases, { id, peer = OURS, figure, to, ofCase, least, most, absolute }) {
  const entry = cases[id]?.peers[peer];
  let found = entry?.ratio?.[figure];
  if (absolute) found = entry?.median?.[figure];
  else if (to) found = quotient(entry, cases[id]?.peers[to], figure);
  else if (ofCase) found = quotient(entry, cases[ofCase]?.peers[peer], figure);
  if (found == null) return [];
  const good = least === undefined ? found <= most : found >= least;
  const text = (value) => (absolute ? show(figure, value) : showRatio(value));
  const goal = least === undefined ? `at most ${text(most)}` : `at least ${text(least)}`;
  const base = absolute ? '' : ` of ${to ?? ofCase ?? 'ws'}`;
  return [`${good ? 'ok  ' : 'MISS'} ${id} ${peer} ${figure}: ${text(found)}${base}, ${goal}`];
}

/**
 * @param {string} id
 * @param {any} entry
 */
function peersAhead(id, { figures: [figure], peers }) {
  const own = peers[OURS]?.median?.[figure];
  if (own == null) return [];
  return Object.entries(peers)
    .filter(([name]) => name !== 'limit' && !name.startsWith(OURS))
    .filter(([, { median }]) => {
      const other = median?.[figure];
      return other != null && (figures[figure].more ? other > own : other < own);
    })
    .map(([name, { median }]) => {
      const times = figures[figure].more ? median[figure] / own : own / median[figure];
      return `${id} ${figure}: ${name} by ${showRatio(times)}`;
    });
}

function quotient(entry, base, figure) {
  const [value, other] = [entry?.median?.[figure], base?.median?.[figure]];
  return value == null || !other ? undefined : value / other;
}
