// Known attacks on other implementations: each has a test that bears its id, and that test ran.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Failure, root } from '../command.mjs';

const folder = path.join(root, '__test__', 'advisories');

/**
 * Throws when an id of the list has no test that passed, or a test names an id that is not listed.
 * A run of only some of the files says nothing.
 *
 * @param {string[]} files that were run
 * @param {string[]} names of the tests that passed
 */
export function checkAdvisories(files, names) {
  const ours = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
  const ran = new Set(files.map((file) => path.resolve(root, file)));
  if (!ours.every((name) => ran.has(path.join(folder, name)))) return;
  const list = JSON.parse(readFileSync(path.join(folder, 'list.json'), 'utf8'));
  const ids = list.flatMap((row) => row.ids);
  const tested = new Set(names.map((name) => name.split(': ')[0]));
  const problems = [
    ...ids.filter((id) => !tested.has(id)).map((id) => `${id} has no test that passed`),
    ...[...tested].filter((id) => !ids.includes(id)).map((id) => `${id} is not in list.json`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${id} is listed twice`),
  ];
  if (problems.length > 0) throw new Failure(`__test__/advisories: ${problems.join(', ')}`);
}
