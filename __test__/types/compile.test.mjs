import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import newest from 'typescript';
import oldest from 'typescript-5.7';
import { test } from '../helpers/test.mjs';

for (const ts of [oldest, newest]) {
  for (const folder of ['.', './dom']) {
    test(`the consumers in types/${folder} compile with every check of TypeScript ${ts.versionMajorMinor}`, () => {
      const file = fileURLToPath(new URL(`${folder}/tsconfig.json`, import.meta.url));
      const config = ts.getParsedCommandLineOfConfigFile(
        file,
        {},
        {
          ...ts.sys,
          onUnRecoverableConfigFileDiagnostic: (diagnostic) => assert.fail(text(ts, [diagnostic])),
        },
      );
      const program = ts.createProgram(config.fileNames, config.options);
      assert.ok(config.fileNames.length >= 4);
      assert.equal(text(ts, ts.getPreEmitDiagnostics(program)), '');
    }, 120_000);
  }
}

test('the oldest TypeScript that is tested is the one that the README names', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, named] = /TypeScript (\d+\.\d+) or later/.exec(readme);
  assert.equal(oldest.versionMajorMinor, named);
});

function text(ts, diagnostics) {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  });
}
