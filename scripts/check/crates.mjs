// The Rust crates of the checkout.

import { existsSync } from 'node:fs';
import path from 'node:path';

import { root } from '../command.mjs';

/** @returns {string[]} folders: the addon first, then the server of the measurements */
export function rustCrates() {
  return [root, path.join(root, 'bench', 'server')].filter((folder) =>
    existsSync(path.join(folder, 'Cargo.toml')),
  );
}
