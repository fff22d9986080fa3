// Commands in documents: scripts and files that they name have to exist, and command lines of the
// package have to be ones that it understands.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Failure, root } from '../command.mjs';

const { parseArguments } = createRequire(import.meta.url)('../../cli/arguments.js');

/**
 * @param {{ place: string, code: string }[]} snippets
 * @returns {number} how many commands were looked at
 */
export function checkCommands(snippets) {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const problems = [];
  let count = 0;
  for (const { place, code } of snippets) {
    for (const line of code.split('\n')) {
      const script = /\bnpm run (\S+)/.exec(line)?.[1];
      if (script && !scripts[script]) problems.push(`${place}: there is no script ${script}`);
      const file = /\bnode ((?:scripts|examples|bench)\/\S+)/.exec(line)?.[1];
      if (file && !existsSync(path.join(root, file))) problems.push(`${place}: ${file} is missing`);
      const command = /(?:^|\| )(?:npx )?websocketstream (.*)$/.exec(line)?.[1];
      if (command) problems.push(...misunderstood(place, command));
      if (script || file || command) count += 1;
    }
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  return count;
}

/**
 * @param {string} place
 * @param {string} command as typed, perhaps with a pipe or a redirection behind it
 */
function misunderstood(place, command) {
  const words = command.split(/ [|>] ?/)[0].match(/'[^']*'|\S+/g) ?? [];
  try {
    parseArguments(words.map((word) => word.replace(/^'|'$/g, '')));
    return [];
  } catch (error) {
    return [`${place}: ${error.message}`];
  }
}
