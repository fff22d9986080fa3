import assert from 'node:assert/strict';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { installedPackage, lend } from './installed.mjs';

const DEADLINE_MS = 120_000;
/** Packages with a compiler: the oldest that the README names, and the newest. */
const COMPILERS = ['typescript-5.7', 'typescript'];
const installed = installedPackage();
let lent = false;

/** What `strict` leaves out. */
const STRICTEST = {
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
};

/** It knows nothing of `exports` in package.json. */
const NODE10 = { moduleResolution: 'node10', ignoreDeprecations: '5.0' };

const program = `
import { WebSocketError, WebSocketStream, type WebSocketOpenInfo } from 'websocketstream';
import 'websocketstream/global';

export async function first(url: string): Promise<string | Uint8Array | undefined> {
  const wss = new WebSocketStream(url, { headers: { Cookie: 'a=1' } });
  const opened: WebSocketOpenInfo = await wss.opened;
  const { value } = await opened.readable.getReader().read();
  return value;
}
export const same: globalThis.WebSocketStream = new WebSocketStream('ws://localhost');
export const code: number | null = new globalThis.WebSocketError('x').closeCode;
export const isError = (value: unknown): value is WebSocketError => value instanceof WebSocketError;
`;

/** @param {string} compiler @param {Record<string, unknown>} options @param {string} file @param {string} text */
async function compile(compiler, options, file, text) {
  if (!lent) lend(installed.folder, ['@types/node', 'undici-types']);
  lent = true;
  installed.write(file, text);
  const compilerOptions = {
    noEmit: true,
    skipLibCheck: false,
    strict: true,
    target: 'es2022',
    types: ['node'],
    ...options,
  };
  const project = installed.write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions, files: [file] }),
  );
  const args = ['-p', project, '--pretty', 'false'];
  const tsc = new URL(`../../node_modules/${compiler}/lib/tsc.js`, import.meta.url);
  return runFixture(tsc, { args, deadline: DEADLINE_MS });
}

for (const [name, file, options] of [
  ['as an ES module of Node', 'a.mts', { module: 'node16' }],
  ['as CommonJS of Node', 'a.cts', { module: 'node16' }],
  ['as the newest Node has modules', 'a.mts', { module: 'nodenext', ...STRICTEST }],
  ['with the oldest way to find packages', 'a.ts', { module: 'commonjs', ...NODE10 }],
  ['for a bundler', 'a.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ['with the DOM library', 'dom.mts', { module: 'node16', lib: ['es2023', 'dom'] }],
]) {
  for (const compiler of COMPILERS) {
    test(
      `the packed typings compile ${name}, with ${compiler}`,
      async () => {
        const { code, stdout } = await compile(compiler, options, file, program);
        assert.equal(stdout, '');
        assert.equal(code, 0);
      },
      DEADLINE_MS,
    );
  }
}

test(
  'the packed typings refuse an option that does not exist',
  async () => {
    const wrong = `import { WebSocketStream } from 'websocketstream';
new WebSocketStream('ws://localhost', { header: {} });`;
    const { code, stdout } = await compile('typescript', { module: 'node16' }, 'wrong.mts', wrong);
    assert.notEqual(code, 0);
    assert.match(stdout, /TS2561|TS2353/);
  },
  DEADLINE_MS,
);
