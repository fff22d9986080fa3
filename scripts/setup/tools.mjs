// What npm cannot install: each missing tool is named, with the way to get it.

import { readFileSync } from 'node:fs';
import path from 'node:path';

import { capture, Failure, root } from '../command.mjs';

/** Throws unless the Rust tools and a C compiler are there. */
export function requireRust() {
  const cargo = capture('cargo', ['--version']);
  if (!cargo.ok) {
    throw new Failure(
      `cargo is missing: the addon is written in Rust. Install it from https://rustup.rs and try again.`,
    );
  }
  requireRustVersion(cargo.stdout);
  if (process.platform === 'win32') return;
  const compiler = process.env.CC ?? 'cc';
  if (!capture(compiler, ['--version']).ok) {
    throw new Failure(
      `${compiler} is missing: the addon needs a C compiler and linker. ` +
        `On Debian and Ubuntu: apt-get install build-essential. On macOS: xcode-select --install.`,
    );
  }
}

/** @param {string} text what `cargo --version` says */
function requireRustVersion(text) {
  const manifest = readFileSync(path.join(root, 'Cargo.toml'), 'utf8');
  const wanted = /^rust-version = "([\d.]+)"/m.exec(manifest)?.[1];
  const found = /(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (wanted && found && isOlder(found, wanted)) {
    throw new Failure(
      `cargo ${found} is too old: ${wanted} is the oldest that works. Run: rustup update stable`,
    );
  }
}

/**
 * @param {string} version
 * @param {string} floor
 * @returns {boolean}
 */
function isOlder(version, floor) {
  return version.localeCompare(floor, 'en', { numeric: true }) < 0;
}
