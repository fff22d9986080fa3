// What Autobahn reported against what is committed. Everything that is not listed must be OK, and a
// line that is not needed any more has to go: the list can only shrink.

/**
 * @typedef {object} Expectation
 * @property {string} [behavior] what the suite says of the case, OK when left out
 * @property {string} [behaviorClose] what it says of the closing handshake, OK when left out
 * @property {string} reason
 */

/**
 * @param {Record<string, { behavior: string, behaviorClose: string }>} report
 * @param {Record<string, Expectation>} expectations
 * @returns {string[]} one line for each difference
 */
export function compare(report, expectations) {
  const differences = [];
  for (const [id, { behavior, behaviorClose }] of Object.entries(report)) {
    const expected = expectations[id];
    const wanted = { behavior: 'OK', behaviorClose: 'OK', ...expected };
    if (expected && behavior === 'OK' && behaviorClose === 'OK') {
      differences.push(`${id} is OK: take its line out of the list`);
      continue;
    }
    if (behavior !== wanted.behavior) {
      differences.push(`${id}: ${behavior}, expected ${wanted.behavior}`);
    }
    if (behaviorClose !== wanted.behaviorClose) {
      differences.push(`${id}, closing: ${behaviorClose}, expected ${wanted.behaviorClose}`);
    }
  }
  for (const [id, { reason }] of Object.entries(expectations)) {
    if (!reason) differences.push(`${id}: the list gives no reason`);
  }
  return differences;
}

/**
 * @param {Record<string, { behavior: string }>} report
 * @returns {string} such as `OK 243, INFORMATIONAL 3`
 */
export function summary(report) {
  const counts = new Map();
  for (const { behavior } of Object.values(report)) {
    counts.set(behavior, (counts.get(behavior) ?? 0) + 1);
  }
  return [...counts].map(([behavior, count]) => `${behavior} ${count}`).join(', ');
}
