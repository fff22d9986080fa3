// Every code block of README and docs is checked: blocks of JavaScript and TypeScript are compiled
// against the typings, those marked `js run` are run as well, and commands have to exist.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { cache, Failure, main, root, runTool } from './command.mjs';
import { readSource, sourcesIn } from './check/sources.mjs';
import { checkCommands } from './snippets/commands.mjs';
import { runSnippets } from './snippets/running.mjs';

/**
 * @typedef {object} Snippet
 * @property {string} place file and line
 * @property {string} language
 * @property {boolean} runs
 * @property {string} code
 * @property {string} file where it is written to
 */

/** Throws when a block does not compile, does not run or names a command that is not there. */
export async function checkSnippets() {
  const snippets = documents().flatMap(snippetsIn);
  const programs = snippets.filter(({ language }) => language === 'js' || language === 'ts');
  if (programs.length === 0) throw new Failure('there is no snippet');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, code } of programs) writeFileSync(file, `${code}\nexport {};\n`);
  await compile(programs);
  const running = programs.filter(({ runs }) => runs);
  await runSnippets(running, path.join(folder, 'files'));
  const commands = checkCommands(snippets.filter(({ language }) => language === 'sh'));
  console.log(`${programs.length} compiled, ${running.length} run, ${commands} commands`);
}

/** @returns {string[]} */
function documents() {
  const top = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'];
  return [...top, ...sourcesIn('docs', /\.md$/), 'index.d.ts', 'global.d.ts'];
}

/**
 * @param {string} document
 * @returns {Snippet[]}
 */
function snippetsIn(document) {
  // Typings have their examples in comments.
  const text = readSource(document).replace(/^ *\* ?/gm, (start) =>
    document.endsWith('.d.ts') ? '' : start,
  );
  const name = document.replace(/\W+/g, '-');
  return [...text.matchAll(/^```(\w+)([^\n]*)\n(.*?)^```$/gms)].map((match) => {
    const [, language, info, code] = match;
    const line = text.slice(0, match.index).split('\n').length;
    const extension = language === 'ts' ? 'mts' : 'mjs';
    return {
      place: `${document}:${line}`,
      language,
      runs: info.trim() === 'run',
      code,
      file: path.join(folder, `${name}-${line}.${extension}`),
    };
  });
}

/** @param {Snippet[]} programs */
async function compile(programs) {
  const files = programs.map(({ file }) => path.basename(file));
  const project = path.join(folder, 'tsconfig.json');
  const surroundings = path.relative(folder, path.join(root, 'scripts/snippets/surroundings.d.ts'));
  const compilerOptions = {
    allowJs: true,
    checkJs: true,
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.asynciterable'],
    module: 'nodenext',
    noEmit: true,
    strict: true,
    noImplicitAny: false,
    // Untyped listeners take apart what Node's typings call unknown.
    strictFunctionTypes: false,
    useUnknownInCatchVariables: false,
    skipLibCheck: true,
    target: 'es2022',
    typeRoots: [path.join(root, 'node_modules/@types')],
    types: ['node'],
  };
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [...files, surroundings] }));
  await runTool('typescript', 'tsc', ['-p', project, '--pretty', 'false']);
}

const folder = path.join(cache, 'snippets');

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(checkSnippets);
}
