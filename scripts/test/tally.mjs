// A reporter for `node --test` that writes what ran and what failed as JSON, one record in all.

/**
 * @param {AsyncIterable<{ type: string, data: any }>} events
 */
export default async function* tally(events) {
  const files = new Set();
  const empty = new Set();
  const advisories = [];
  const failures = [];
  let tests = 0;
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (type === 'test:fail' && data.details.error?.failureType !== 'subtestsFailed') {
      failures.push(describe(data));
    }
    // A file that declares nothing is reported as one test that bears the name of the file.
    if (data.nesting === 0 && /\.test\.mjs$/.test(data.name)) {
      if (type === 'test:pass') empty.add(data.name);
      continue;
    }
    if (data.details?.type === 'suite') continue;
    tests += 1;
    files.add(data.file);
    if (type === 'test:pass' && ADVISORY.test(data.name)) advisories.push(data.name);
  }
  yield JSON.stringify({ tests, files: files.size, empty: [...empty], advisories, failures });
}

/** The start of a message, enough to tell one cause from another. */
const MESSAGE_LENGTH = 500;

/** @returns {string} one line: which, and why */
function describe({ name, details }) {
  const cause = details.error?.cause ?? details.error;
  const message = String(cause?.message ?? cause).replace(/\s+/g, ' ');
  return `${name}: ${message.slice(0, MESSAGE_LENGTH).trim()}`;
}

/** How the tests of `__test__/advisories` begin. */
const ADVISORY = /^(CVE-|GHSA-|RUSTSEC-|ws )[^ ]+: /;
