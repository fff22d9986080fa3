// The Rust crates of the checkout.

import { existsSync } from 'node:fs';
import path from 'node:path';

import { root } from '../command.mjs';

/** @returns {string[]} folders: the addon first, then what measures and proves it */
export function rustCrates() {
  return [root, path.join(root, 'bench', 'server'), path.join(root, 'models')].filter((folder) =>
    existsSync(path.join(folder, 'Cargo.toml')),
  );
}
