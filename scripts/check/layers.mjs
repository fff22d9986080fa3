// The layer rule: what a message passes on its way down never reaches back up.

import path from 'node:path';

import { Failure } from '../command.mjs';
import { readSource, sourcesIn } from './sources.mjs';

/** Throws when a file imports what its layer must not know. */
export function checkLayers() {
  const problems = [...checkNet(), ...checkFace()];
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}

/** `src/net` is plain Rust: it knows neither Node nor the bridge, and has no unsafe code. */
function checkNet() {
  const problems = [];
  const files = sourcesIn('src/net', /\.rs$/);
  for (const file of files) {
    const code = readSource(file)
      .replace(/\/\/.*$/gm, '')
      .replace('#![forbid(unsafe_code)]', '');
    for (const word of ['napi', 'unsafe', 'bridge']) {
      if (new RegExp(`\\b${word}`).test(code)) {
        problems.push(`${file}: no ${word} below the bridge`);
      }
    }
  }
  if (files.length > 0 && !readSource('src/net/mod.rs').includes('#![forbid(unsafe_code)]')) {
    problems.push('src/net/mod.rs: #![forbid(unsafe_code)] is missing');
  }
  for (const file of sourcesIn('src', /\.rs$/)) {
    const outside = !file.startsWith('src/bridge/') && !file.startsWith('src/net/');
    if (outside && /\bnapi/.test(readSource(file).replace(/\/\/.*$/gm, ''))) {
      problems.push(`${file}: only src/bridge knows napi`);
    }
  }
  return problems;
}

/** `lib` needs nothing but Node and itself, and one file of it talks to the binding. */
function checkFace() {
  const problems = [];
  const imports = new Map();
  for (const file of sourcesIn('lib', /\.js$/)) {
    const wanted = requiredBy(file);
    imports.set(file, wanted);
    for (const target of wanted) {
      if (target === 'binding.js' && file === 'lib/connection.js') continue;
      if (target === 'package.json' && file === 'lib/load-error.js') continue;
      if (target.startsWith('node:') || target.startsWith('lib/')) continue;
      problems.push(`${file}: must not require ${target}`);
    }
  }
  const circle = findCircle(imports);
  if (circle) problems.push(`imports point down only, but: ${circle.join(' -> ')}`);
  return problems;
}

/**
 * @param {string} file
 * @returns {string[]} what it requires: paths inside the checkout, or names of modules
 */
function requiredBy(file) {
  const calls = readSource(file).matchAll(/\brequire\(\s*(['"`])([^'"`]+)\1\s*\)/g);
  return [...calls].map(([, , name]) => {
    if (!name.startsWith('.')) return name;
    const target = path.posix.join(path.posix.dirname(file), name);
    return path.posix.extname(target) ? target : `${target}.js`;
  });
}

/**
 * @param {Map<string, string[]>} imports
 * @returns {string[] | undefined} files that import each other in a circle
 */
function findCircle(imports) {
  const done = new Set();
  const visit = (file, above) => {
    if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const circle = visit(target, [...above, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}
