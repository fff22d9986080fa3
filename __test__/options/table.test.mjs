// The tables of options in docs/api.md: complete, with the defaults that hold, and each row with an
// example that runs and a test whose title begins with its name.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readDeclarations } from '../helpers/declarations.mjs';
import { test } from '../helpers/test.mjs';

const { toOptions } = createRequire(import.meta.url)('../../lib/options.js');
const { interfaces } = readDeclarations();

/** Options that are objects, with what declares their members. */
const GROUPS = {
  heartbeat: 'WebSocketHeartbeatOptions',
  perMessageDeflate: 'WebSocketDeflateOptions',
  proxy: 'WebSocketProxyOptions',
  tls: 'WebSocketTlsOptions',
};

const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
const chapter = text.slice(text.indexOf('\n## Options'), text.indexOf('\n## `wss.url`'));
const rows = readRows();
const titles = readTitles();

/** All groups filled in as far as nobody has to give something. */
const defaults = { ...toOptions(undefined), ...toOptions({ heartbeat: {} }) };

test('the tables of options have every declared option, and no other', () => {
  const declared = interfaces.WebSocketStreamOptions.map(({ name }) => name);
  for (const [group, type] of Object.entries(GROUPS)) {
    declared.push(...interfaces[type].map(({ name }) => `${group}.${name}`));
  }
  assert.deepEqual(rows.map(({ name }) => name).sort(), declared.sort());
});

for (const { name, standard } of rows) {
  test(`the row of ${name} has the default that holds`, () => {
    const value = name.split('.').reduce((object, key) => object?.[key], defaults);
    const written = /^(\d[\d,]*)(?: \(.*\))?$|^`(true|false)`$/.exec(standard);
    if (written) {
      const literal = JSON.parse((written[1] ?? written[2]).replaceAll(',', ''));
      assert.deepEqual(effective(value, literal), literal);
    } else {
      // Words stand for something that is found out later, or for nothing.
      assert.ok(value === undefined || typeof value === 'object', `${value}`);
    }
  });

  test(`the row of ${name} has an example that runs`, () => {
    const [option, member = option] = name.split('.');
    const [, section] = chapter.split(new RegExp(`^### \`${option}\`.*`, 'm'));
    const examples = section.split(/^### /m)[0].match(/^```js run\n.*?^```/gms) ?? [];
    assert.ok(examples.some((code) => new RegExp(`\\b${member}\\b`).test(code)));
  });

  test(`the row of ${name} has a test that is named after it`, () => {
    const found = titles.filter((title) => namesAtStart(title).includes(name));
    assert.ok(found.length > 0, `no title begins with "${name}" and says what it does`);
  });
}

/** An option that is complete inside shows its default as an object of settings. */
function effective(value, literal) {
  return literal === true && typeof value === 'object' ? value !== undefined : value;
}

function readRows() {
  const found = [];
  let prefix = '';
  let inTable = false;
  for (const line of chapter.split('\n')) {
    const heading = /^### `(\w+)`/.exec(line);
    if (heading) prefix = `${heading[1]}.`;
    if (/^\| (option|member|setting) /.test(line)) inTable = true;
    else if (!line.startsWith('|')) inTable = false;
    else if (inTable && !line.startsWith('| ---')) {
      const [, names, , standard] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      for (const [, name] of names.matchAll(/`(\w+)`/g)) {
        found.push({ name: prefix + name, standard });
      }
    }
  }
  return found;
}

function readTitles() {
  const folder = fileURLToPath(new URL('../', import.meta.url));
  const files = readdirSync(folder, { recursive: true }).filter((file) =>
    file.endsWith('.test.mjs'),
  );
  return files.flatMap((file) => {
    const source = readFileSync(`${folder}/${file}`, 'utf8');
    return [...source.matchAll(/\btest\(\s*(['"`])(.*?)\1,/gs)].map(([, , title]) => title);
  });
}

/** `tls.cert and tls.key show ...` is named after both. What is only refused says not what it does. */
function namesAtStart(title) {
  const [start] = /^[\w.]+(?:(?:, | and )[a-z]\w*\.\w+)*/.exec(title) ?? [''];
  return /^(refuses|takes)\b/.test(title.slice(start.length + 1)) ? [] : start.split(/, | and /);
}
