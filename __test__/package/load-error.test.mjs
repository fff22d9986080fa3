import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';

const require = createRequire(import.meta.url);
const { loadError } = require('../../lib/load-error.js');
const { napi, version } = require('../../package.json');
const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the JavaScript without a binary, and what requiring it prints. */
async function requireWithout(t, prepare = () => {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'no-binary-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['bin', 'cli', 'lib', 'index.js', 'binding.js', 'package.json']) {
    cpSync(path.join(checkout, name), path.join(folder, name), { recursive: true });
  }
  prepare(folder);
  writeFileSync(
    path.join(folder, 'program.cjs'),
    `try { require('./index.js'); } catch (e) { console.log(JSON.stringify([e.code, e.message, !!e.cause])); }`,
  );
  const { stdout } = await runFixture(pathToFileURL(path.join(folder, 'program.cjs')));
  return JSON.parse(stdout);
}

test('without a binary the error names the system, the Node version and what to install', async (t) => {
  const [code, message, hasCause] = await requireWithout(t);
  assert.equal(code, 'ERR_WEBSOCKETSTREAM_BINARY');
  assert.ok(message.includes(`${process.platform} ${process.arch}`), message);
  assert.ok(message.includes(`Node.js ${process.version}`), message);
  if (process.platform === 'linux') assert.match(message, /with (glibc \d|musl)/);
  assert.match(message, new RegExp(`npm install websocketstream-[a-z0-9-]+@${version}`));
  assert.match(message, /To build from source: .*Rust.*npm run build/);
  assert.ok(hasCause);
});

test('with a binary that does not load the error says why', async (t) => {
  const [, message] = await requireWithout(t, (folder) => {
    const target = new RegExp(
      `'\\./(websocketstream\\.${process.platform}-${process.arch}[^']*)'`,
      'g',
    );
    const loader = require('node:fs').readFileSync(path.join(folder, 'binding.js'), 'utf8');
    for (const [, name] of loader.matchAll(target)) {
      writeFileSync(path.join(folder, name), 'this is no library');
    }
  });
  assert.match(message, /A binary is installed, but does not load: .*websocketstream/);
});

test('without a binary the command line helps, and says what is missing in a few lines', async (t) => {
  let bin;
  await requireWithout(t, (folder) => {
    bin = pathToFileURL(path.join(folder, 'bin', 'websocketstream.js'));
  });
  const help = await runFixture(bin, { args: ['--help'] });
  assert.equal(help.code, 0);
  const { code, stderr } = await runFixture(bin, { args: ['ws://localhost'] });
  assert.equal(code, 1);
  assert.match(stderr, /^websocketstream .* cannot load its native binary/);
  assert.ok(stderr.trim().split('\n').length <= 4, stderr);
});

test('the error names the file that was to take the place of the binary', () => {
  const { message } = loadError(new Error('x'), {
    platform: 'linux',
    arch: 'x64',
    libc: 'musl',
    node: 'v24.0.0',
    override: '/opt/addon.node',
  });
  assert.match(message, /NAPI_RS_NATIVE_LIBRARY_PATH names \/opt\/addon\.node, .*no such file/);
  assert.doesNotMatch(message, /npm install websocketstream-/);
});

test('on a system without a prebuilt binary the error lists those that have one', () => {
  const { message } = loadError(new Error('x'), {
    platform: 'linux',
    arch: 's390x',
    libc: 'glibc',
    libcVersion: '2.36',
    node: 'v24.0.0',
  });
  assert.match(message, /on linux s390x with glibc 2\.36, Node\.js v24\.0\.0/);
  assert.match(message, /no prebuilt binary for this system/);
  assert.match(message, /linux-x64-musl/);
});

test('every target of the release has its package named in the error', () => {
  const systems = {
    'x86_64-unknown-linux-gnu': ['linux', 'x64', 'glibc', 'linux-x64-gnu'],
    'x86_64-unknown-linux-musl': ['linux', 'x64', 'musl', 'linux-x64-musl'],
    'aarch64-unknown-linux-gnu': ['linux', 'arm64', 'glibc', 'linux-arm64-gnu'],
    'aarch64-unknown-linux-musl': ['linux', 'arm64', 'musl', 'linux-arm64-musl'],
    'x86_64-apple-darwin': ['darwin', 'x64', undefined, 'darwin-x64'],
    'aarch64-apple-darwin': ['darwin', 'arm64', undefined, 'darwin-arm64'],
    'x86_64-pc-windows-msvc': ['win32', 'x64', undefined, 'win32-x64-msvc'],
    'aarch64-pc-windows-msvc': ['win32', 'arm64', undefined, 'win32-arm64-msvc'],
  };
  for (const target of napi.targets) {
    const [platform, arch, libc, name] = systems[target];
    const { message } = loadError(new Error('x'), { platform, arch, libc, node: 'v24.0.0' });
    assert.ok(message.includes(`npm install websocketstream-${name}@${version}`), message);
  }
});
