// The shape of files: short ones, named after what they hold.

import path from 'node:path';

import { Failure } from '../command.mjs';
import { readSource, sourcesIn } from './sources.mjs';

/** The most lines of a file, by folder. The first folder that fits decides. */
const limits = [
  { folder: '__test__', lines: 300 },
  { folder: 'cli', lines: 400 },
  { folder: 'lib', lines: 400 },
  { folder: 'src', lines: 400 },
  { folder: 'fuzz', lines: 400 },
  { folder: 'models', lines: 400 },
  { folder: 'scripts', lines: 400 },
  { folder: 'bench', lines: 400 },
  { folder: 'examples', lines: 400 },
];

/** Names that say nothing: such a file gathers whatever has no better place. */
const vague = /^(common|helpers?|misc|types?|utils?|utilities)\.[^.]+$/;

const code = /\.([cm]?[jt]s|rs|py)$/;

/** Throws when a file is too long, or its name is too vague. */
export function checkShape() {
  const problems = [];
  for (const { folder, lines } of limits) {
    for (const file of sourcesIn(folder, code)) {
      const found = readSource(file).split('\n').length - 1;
      if (found > lines) problems.push(`${file}: ${found} lines, ${lines} at most`);
      if (vague.test(path.posix.basename(file))) problems.push(`${file}: the name says nothing`);
    }
  }
  for (const file of ['index.js', 'src/lib.rs']) {
    const found = readSource(file).split('\n').length - 1;
    if (found > 60) problems.push(`${file}: an entry point has no logic, and 60 lines at most`);
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}
