// `npm run pack`: the tarballs that a release would publish, for this platform, to try the package
// elsewhere.

import path from 'node:path';

import { cache, main } from './command.mjs';
import { packTarballs } from './pack/tarballs.mjs';
import { setup } from './setup.mjs';

main(async () => {
  await setup();
  const packed = packTarballs(path.join(cache, 'pack'));
  for (const { name, size, unpacked } of Object.values(packed)) {
    console.log(`${name}: ${format(size)} packed, ${format(unpacked)} unpacked`);
  }
  const files = Object.values(packed).map(({ file }) => file);
  console.log(`\nIn the folder of a program:\n  npm install ${files.join(' ')}`);
});

/** @param {number} bytes */
function format(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
