import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

test('a program that takes globals away does not break the package', async (t) => {
  const { url } = await startWsServer(t);
  const result = await fixtureResult(new URL('./fixtures/patched-globals.mjs', import.meta.url), {
    args: [url],
  });
  assert.deepEqual(result, { value: 'gr\u00fc\u00dfe', closeCode: 1005, refused: ['SyntaxError'] });
});
