import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { installedPackage } from './installed.mjs';

const DEADLINE_MS = 60_000;
const installed = installedPackage();

/** The same conversation in both module systems. */
const talk = `
async function talk() {
  const wss = new WebSocketStream(process.argv[2]);
  const { readable, writable } = await wss.opened;
  await writable.getWriter().write('hello');
  const { value } = await readable.getReader().read();
  wss.close({ closeCode: 1000 });
  const { closeCode } = await wss.closed;
  console.log(value, closeCode);
}
`;

for (const [name, file, program] of [
  ['CommonJS', 'a.cjs', `const { WebSocketStream } = require('websocketstream');${talk}talk();`],
  ['ES modules', 'a.mjs', `import { WebSocketStream } from 'websocketstream';${talk}await talk();`],
  ['global CommonJS', 'g.cjs', `require('websocketstream/global');${talk}talk();`],
  ['global ES modules', 'g.mjs', `import 'websocketstream/global';${talk}await talk();`],
]) {
  test(
    `the packed package connects from ${name}`,
    async (t) => {
      const { url } = await startWsServer(t);
      const module = pathToFileURL(installed.write(file, program));
      const { code, stdout, stderr } = await runFixture(module, { args: [url] });
      assert.equal(stderr, '');
      assert.equal(stdout, 'hello 1000\n');
      assert.equal(code, 0);
    },
    DEADLINE_MS,
  );
}

test('the packed package is loaded from its folder, not from the checkout', async () => {
  const file = installed.write('where.cjs', `console.log(require.resolve('websocketstream'));`);
  const { stdout } = await runFixture(pathToFileURL(file));
  assert.equal(
    path.relative(installed.folder, stdout.trim()).replaceAll(path.sep, '/'),
    'node_modules/websocketstream/index.js',
  );
});

test('the manifest can be read through the package', async () => {
  const file = installed.write(
    'manifest.cjs',
    `const { name, license } = require('websocketstream/package.json'); console.log(name, license);`,
  );
  const { stdout } = await runFixture(pathToFileURL(file));
  assert.equal(stdout, 'websocketstream MIT\n');
});

test('the package has no sources, tests or binaries in it', () => {
  const { main, binary } = installed.tarballs;
  assert.deepEqual(
    main.files.filter((file) => /\.(rs|node|ts|mjs|toml)$/.test(file) && !file.endsWith('.d.ts')),
    [],
  );
  assert.ok(main.files.includes('LICENSE') && main.files.includes('README.md'));
  assert.equal(binary.files.filter((file) => file.endsWith('.node')).length, 1);
});
