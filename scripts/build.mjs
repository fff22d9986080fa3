// `npm run build`: builds the addon and brings its loader and typings up to date.

import { main } from './command.mjs';
import { buildAddon } from './setup/addon.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { withLock } from './setup/lock.mjs';

main(() =>
  withLock(async () => {
    await ensureDependencies();
    await buildAddon({ debug: process.argv.includes('--debug'), updateLoader: true });
  }),
);
