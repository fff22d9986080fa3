// The last look before the package is published: every target has its package, filled, and the
// package names it as an optional dependency of the same version. Each has the notices of the code
// in its binary.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Failure, main, root } from '../command.mjs';
import { sourcesIn } from '../check/sources.mjs';
import { NOTICES } from './notices.mjs';

main(async () => {
  const { napi, optionalDependencies = {}, version } = readManifest('package.json');
  const problems = [];
  const manifests = sourcesIn('npm', /^package\.json$/);
  if (manifests.length !== napi.targets.length) {
    problems.push(`${napi.targets.length} targets, but ${manifests.length} packages`);
  }
  for (const file of manifests) {
    const { files, main: addon, name } = readManifest(file);
    if (optionalDependencies[name] !== version) {
      problems.push(
        `${name}: optional dependency is ${optionalDependencies[name]}, not ${version}`,
      );
    }
    if (!existsSync(path.join(root, path.dirname(file), addon))) {
      problems.push(`${name}: ${addon} is missing`);
    }
    if (!files.includes(NOTICES) || !existsSync(path.join(root, path.dirname(file), NOTICES))) {
      problems.push(`${name}: ${NOTICES} is missing`);
    }
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  console.log(`${manifests.length} platforms, all there`);
});

/** @param {string} file */
function readManifest(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}
