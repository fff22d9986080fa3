// What tools write and git keeps has to match its sources.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { capture, Failure, root } from '../command.mjs';
import { addonOutput, generatedFiles, sortedText } from '../setup/addon.mjs';
import { rustCrates } from './crates.mjs';

/** Throws unless the loader and its typings are what the build of the current sources wrote. */
export function checkGenerated() {
  for (const name of generatedFiles) {
    const committed = path.join(root, name);
    if (!existsSync(committed)) throw new Failure(`${name} is missing: npm run build`);
    if (sortedText(path.join(addonOutput, name)) !== sortedText(committed)) {
      throw new Failure(`${name} does not match src: npm run build, and commit the result`);
    }
  }
  const typings = readFileSync(path.join(root, 'binding.d.ts'), 'utf8');
  if (!/export (declare )?(class|function)/.test(typings)) {
    throw new Failure('binding.d.ts is empty');
  }
}

/** Throws unless the lock files fit their manifests and name no registry. */
export function checkLockFiles() {
  for (const crate of rustCrates()) {
    const args = ['metadata', '--locked', '--format-version', '1'];
    const { ok, stderr } = capture('cargo', args, { cwd: crate });
    if (!ok) throw new Failure(stderr);
  }
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const problems = Object.entries(packages)
    .filter(([, { resolved }]) => resolved)
    .map(([name, { resolved }]) => `package-lock.json: ${name} names ${resolved}`);
  for (const [name, version] of Object.entries(manifest.devDependencies)) {
    if (packages[''].devDependencies[name] !== version) {
      problems.push(`package-lock.json: not up to date with ${name}`);
    }
    if (!/^(npm:[^@]+@)?\d/.test(version)) problems.push(`package.json: ${name} is not pinned`);
  }
  if (manifest.dependencies) problems.push('package.json: there are no runtime dependencies');
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}
