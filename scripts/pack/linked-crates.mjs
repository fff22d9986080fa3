// What is linked into the addon beside this crate, with the licence texts that came along: the Rust
// crates with the C code in them, and the standard library with the crates in that.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { capture, Failure, root } from '../command.mjs';

/**
 * @typedef {object} LinkedCrate
 * @property {string} name with the version
 * @property {string} license SPDX
 * @property {string[]} authors
 * @property {{ name: string, text: string }[]} files with the terms
 */

/** Crates of the standard library for systems that no binary is for. */
const elsewhere = /^(dlmalloc|fortanix|hermit|moto|r-efi|unwinding|vex|wasi|wit-)/;

const terms = /^(copying|copyright|licen[cs]e|notice)/i;

/** @returns {LinkedCrate[]} of all platforms together, sorted */
export function linkedCrates() {
  const { napi } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const crates = new Map();
  for (const target of napi.targets) {
    for (const crate of cratesOf(target)) crates.set(crate.id, crate);
  }
  const sorted = [...crates.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return sorted.map(({ authors, license, manifest_path, name, version }) => ({
    name: `${name} ${version}`,
    license,
    authors,
    files: termsIn(path.dirname(manifest_path)),
  }));
}

/** @param {string} target */
function cratesOf(target) {
  const args = ['metadata', '--locked', '--format-version', '1', '--filter-platform', target];
  const { ok, stderr, stdout } = capture('cargo', args);
  if (!ok) throw new Failure(`cargo metadata failed:\n${stderr}`);
  const { packages, resolve } = JSON.parse(stdout);
  const found = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const linked = new Set();
  const visit = (id) => {
    // A macro runs in the compiler, and so does what it is made of.
    const isMacro = found.get(id).targets.some(({ kind }) => kind.includes('proc-macro'));
    if (linked.has(id) || isMacro) return;
    linked.add(id);
    for (const { dep_kinds, pkg } of nodes.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
    }
  };
  visit(resolve.root);
  linked.delete(resolve.root);
  return [...linked].map((id) => found.get(id));
}

/** @param {string} folder of a crate, which may have the C code of others below it */
function termsIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && terms.test(entry.name) && !/\.(rs|c|h)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map((file) => ({
      name: path.relative(folder, file).replaceAll(path.sep, '/'),
      text: readFileSync(file, 'utf8'),
    }));
}

/** @returns {{ about: string, crates: LinkedCrate[] }} as the installed compiler tells it */
export function standardLibrary() {
  const { ok, stderr, stdout } = capture('rustc', ['--print', 'sysroot']);
  if (!ok) throw new Failure(`rustc does not say where it is:\n${stderr}`);
  const file = path.join(stdout.trim(), 'share', 'doc', 'rust', 'COPYRIGHT-library.html');
  if (!existsSync(file)) {
    throw new Failure(
      `${file} is missing: install Rust with rustup for the notices of its library`,
    );
  }
  const [about, ...sections] = readFileSync(file, 'utf8').split('<h3>📦 ');
  const crates = sections.map((section) => ({
    name: plain(section.slice(0, section.indexOf('</h3>'))),
    license: plain(/<b>License:<\/b>(.*?)<\/p>/s.exec(section)?.[1] ?? ''),
    authors: [plain(/<b>Authors:<\/b>(.*?)<\/p>/s.exec(section)?.[1] ?? '')],
    files: [...section.matchAll(/<code>([^<]*)<\/code><\/summary>\s*<pre>(.*?)<\/pre>/gs)].map(
      ([, name, text]) => ({ name, text: plain(text) }),
    ),
  }));
  return {
    about: plain(about.slice(about.indexOf('<body>'))),
    crates: crates.filter(({ name }) => !elsewhere.test(name)),
  };
}

/** @param {string} html */
function plain(html) {
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/\n\s*\n\s*\n/g, '\n\n')
    .trim();
}
