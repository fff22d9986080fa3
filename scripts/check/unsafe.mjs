// Every unsafe block is counted and argued in docs/architecture.md.

import { Failure } from '../command.mjs';
import { readSource, sourcesIn } from './sources.mjs';

const DOCUMENT = 'docs/architecture.md';

/** Throws unless the table of the document has as many rows for each file as it has unsafe blocks. */
export function checkUnsafe() {
  const counted = new Map();
  for (const file of sourcesIn('src', /\.rs$/)) {
    const code = readSource(file).replace(/\/\/.*$/gm, '');
    // The type of a function's pointer has no name behind `fn`.
    const blocks =
      code.match(/\bunsafe\s*(\{|impl\b|(extern\s*"C"\s*)?(fn\s+\w|\{))/g)?.length ?? 0;
    if (blocks > 0) counted.set(file, blocks);
  }
  const argued = new Map();
  const [, section = ''] = readSource(DOCUMENT).split(/^## Unsafe code$/m);
  for (const [, file] of section.split(/^## /m)[0].matchAll(/^\| `(src\/[^`]+)` /gm)) {
    argued.set(file, (argued.get(file) ?? 0) + 1);
  }
  const problems = [...new Set([...counted.keys(), ...argued.keys()])]
    .filter((file) => counted.get(file) !== argued.get(file))
    .map(
      (file) =>
        `${file} has ${counted.get(file) ?? 0} unsafe blocks, ${DOCUMENT} ${argued.get(file) ?? 0}`,
    );
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}
