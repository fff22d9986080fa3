import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { test } from '../helpers/test.mjs';

for (const folder of ['.', './dom']) {
  test(`the consumers in types/${folder} compile with every check that TypeScript has`, () => {
    const file = fileURLToPath(new URL(`${folder}/tsconfig.json`, import.meta.url));
    const config = ts.getParsedCommandLineOfConfigFile(
      file,
      {},
      {
        ...ts.sys,
        onUnRecoverableConfigFileDiagnostic: (diagnostic) => assert.fail(text([diagnostic])),
      },
    );
    const program = ts.createProgram(config.fileNames, config.options);
    assert.ok(config.fileNames.length >= 4);
    assert.equal(text(ts.getPreEmitDiagnostics(program)), '');
  }, 120_000);
}

function text(diagnostics) {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  });
}
