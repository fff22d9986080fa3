import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addNotices, NOTICES, thirdPartyNotices } from '../../scripts/pack/notices.mjs';
import { linkedCrates } from '../../scripts/pack/linked-crates.mjs';
import { test } from '../helpers/test.mjs';

/** Distributions that package Rust themselves leave out what the real one has to say. */
const library = {
  about: 'about the library',
  crates: [{ name: 'gimli-1.0.0', license: 'MIT', authors: ['somebody'], files: [] }],
};

test('the notices name every crate that is linked, and the C code in them', () => {
  const notices = thirdPartyNotices(library);
  for (const { name } of linkedCrates()) assert.ok(notices.includes(`\n${name} (`), name);
  for (const part of ['aws-lc-sys', 'libdeflate/COPYING', 'Eric Biggers', 'fiat/LICENSE']) {
    assert.ok(notices.includes(part), part);
  }
  assert.ok(notices.includes('gimli-1.0.0 (MIT)') && notices.includes('(c) somebody'));
  assert.ok(notices.includes('about the library'));
});

test('the linked crates are those that the addon needs when it runs', () => {
  const names = linkedCrates().map(({ name }) => name.replace(/ .*/, ''));
  for (const name of ['aws-lc-sys', 'napi', 'rustls', 'tokio', 'zlib-rs', 'windows-sys']) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ['cc', 'napi-build', 'napi-derive', 'proptest', 'websocketstream']) {
    assert.ok(!names.includes(name), name);
  }
});

test('every linked crate brings its terms or says which they are', () => {
  for (const { name, files, license } of linkedCrates()) {
    assert.ok(files.length > 0 || /\bMIT\b/.test(license), name);
  }
});

test('a package with a binary lists the notices among its files', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'notices-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'package.json');
  writeFileSync(file, JSON.stringify({ name: 'x', files: ['x.node'] }));
  addNotices(folder, 'whose code it is');
  addNotices(folder, 'whose code it is');
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).files, ['x.node', NOTICES]);
  assert.equal(readFileSync(path.join(folder, NOTICES), 'utf8'), 'whose code it is');
  assert.match(readFileSync(path.join(folder, 'LICENSE'), 'utf8'), /MIT/);
});
