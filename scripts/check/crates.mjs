// The Rust crates of the checkout.

import { existsSync } from 'node:fs';
import path from 'node:path';

import { root } from '../command.mjs';

/** @returns {string[]} folders: the addon first, then what measures and proves it */
export function rustCrates() {
  const others = ['bench/server', 'models', 'fuzz'].map((folder) => path.join(root, folder));
  return [root, ...others].filter((folder) => existsSync(path.join(folder, 'Cargo.toml')));
}
