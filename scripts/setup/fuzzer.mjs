// What fuzzing needs beside Rust: the nightly toolchain for its sanitizers, and cargo-fuzz.

import path from 'node:path';

import { cache, capture, run, Unavailable } from '../command.mjs';

const VERSION = '0.13.2';

const folder = path.join(cache, 'cargo-fuzz');

/** The command, pinned. */
export const cargoFuzz = path.join(folder, 'bin', 'cargo-fuzz');

/** Throws unless there is a nightly toolchain. */
export function requireNightly() {
  if (capture('cargo', ['+nightly', '--version']).ok) return;
  throw new Unavailable(
    'The sanitizers need a nightly toolchain of Rust, and there is none here. ' +
      'With rustup (https://rustup.rs): rustup toolchain install nightly --profile minimal',
  );
}

/** Installs cargo-fuzz inside the checkout unless it is there. */
export async function ensureFuzzer() {
  if (process.platform === 'win32') {
    throw new Unavailable('cargo-fuzz works on Linux and macOS only.');
  }
  requireNightly();
  if (capture(cargoFuzz, ['--version']).stdout.trim() === `cargo-fuzz ${VERSION}`) return;
  console.log(`installing cargo-fuzz ${VERSION} into .cache/cargo-fuzz`);
  const crate = ['cargo-fuzz', '--version', VERSION, '--locked', '--force'];
  await run('cargo', ['install', '--quiet', '--root', folder, ...crate]);
}
