// The package as it would be published, seen by the tools that know how others resolve it.

import { rmSync } from 'node:fs';
import path from 'node:path';

import { cache, Failure, runTool } from '../command.mjs';
import { NOTICES } from '../pack/notices.mjs';
import { packTarballs } from '../pack/tarballs.mjs';

/** Bytes of the unpacked binary and its notices. Something large came in unnoticed when this is exceeded. */
const BINARY_LIMIT = 5_150_000;

/** Throws when the packed package would not resolve or typecheck everywhere, or is too big. */
export async function checkPackage() {
  const folder = path.join(cache, `check-${process.pid}`);
  try {
    const { main, binary } = packTarballs(folder);
    for (const { name, size, unpacked } of [main, binary]) {
      console.log(`${name}: ${kilobytes(size)} packed, ${kilobytes(unpacked)} unpacked`);
    }
    const stray = main.files.filter((file) => !published.test(file));
    if (stray.length > 0) throw new Failure(`not meant to be published: ${stray.join(', ')}`);
    if (binary.unpacked > BINARY_LIMIT) {
      throw new Failure(`${binary.name} has ${binary.unpacked} bytes, ${BINARY_LIMIT} at most`);
    }
    for (const file of ['LICENSE', NOTICES]) {
      if (!binary.files.includes(file)) throw new Failure(`${binary.name} has no ${file}`);
    }
    await runTool('publint', 'publint', ['run', '--strict', main.file]);
    await runTool('@arethetypeswrong/cli', 'attw', ['--no-emoji', '--format', 'ascii', main.file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const published =
  /^((lib|cli|bin)\/[a-z0-9/-]+\.js|(index|global|binding)\.(js|d\.ts)|package\.json|[A-Z]+(\.md)?)$/;

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
