// The notices that a package with a binary has to carry: whose code is linked into it, on what
// terms. Made when a package is filled, from the crates as they were downloaded.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Failure, root } from '../command.mjs';
import { linkedCrates, standardLibrary } from './linked-crates.mjs';

export const NOTICES = 'THIRD-PARTY-NOTICES.txt';

const RULE = '-'.repeat(80);

/**
 * Puts the notices and this package's own licence beside a binary.
 *
 * @param {string} folder of a package with a binary
 * @param {string} notices
 */
export function addNotices(folder, notices) {
  writeFileSync(path.join(folder, NOTICES), notices);
  copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  // npm takes a licence along unasked, and no other notices.
  manifest.files = [...new Set([...manifest.files, NOTICES])];
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/**
 * @param {ReturnType<typeof standardLibrary>} [library]
 * @returns {string}
 */
export function thirdPartyNotices(library = standardLibrary()) {
  const crates = [...linkedCrates(), ...library.crates];
  // Most texts are word for word those of other crates: each is given once.
  const texts = new Map();
  for (const crate of crates) {
    for (const { name, text } of termsOf(crate)) {
      const key = text.replace(/\s+/g, ' ').trim();
      if (key === '') throw new Failure(`${crate.name}: ${name} is empty`);
      const known = texts.get(key) ?? { text: unindented(text), crates: [] };
      known.crates.push(`${crate.name} (${crate.license}), ${name}`);
      texts.set(key, known);
    }
  }
  return [
    'The binary in this package has code of others in it, which is used on these terms.\n',
    ...[...texts.values()].map((one) => `${one.crates.join('\n')}\n\n${one.text}\n`),
    `${library.about}\n`,
  ].join(`\n${RULE}\n\n`);
}

/** @param {import('./linked-crates.mjs').LinkedCrate} crate */
function termsOf({ authors, files, license, name }) {
  const mayBeMit = /\bMIT\b/.test(license);
  // Of licences to choose from, the MIT licence is taken where it is one of them.
  const isChoice = mayBeMit && !/\bAND\b/.test(license) && /\bOR\b|\//.test(license);
  const chosen = isChoice
    ? files.filter((file) => !/-apache|-isc|^copying$/i.test(file.name))
    : files;
  if (chosen.length > 0) return chosen;
  if (!mayBeMit) throw new Failure(`${name} (${license}) has no file with its terms`);
  const own = readFileSync(path.join(root, 'LICENSE'), 'utf8');
  const holders = authors.filter(Boolean).join(', ') || `the authors of ${name}`;
  return [
    { name: 'without a file', text: own.replace(/^Copyright.*$/m, `Copyright (c) ${holders}`) },
  ];
}

/** @param {string} text */
function unindented(text) {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
