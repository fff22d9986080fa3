import assert from 'node:assert/strict';
import { test } from '../helpers/test.mjs';
import { runFixture } from '../helpers/child.mjs';

test('close({ code }) warns once about the old name and ignores it', async () => {
  const { code, stdout, stderr } = await runFixture(
    new URL('../process/fixtures/old-close-names.mjs', import.meta.url),
  );
  assert.equal(code, 0, stderr);
  const warnings = JSON.parse(stdout);
  assert.equal(warnings.length, 1, stdout);
  assert.match(warnings[0], /closeCode/);
});
