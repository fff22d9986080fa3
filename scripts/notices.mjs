// `npm run notices`: puts the third-party notices into the packages with binaries, which the release
// has in `npm/`. Without any they are printed.

import path from 'node:path';

import { main, root } from './command.mjs';
import { sourcesIn } from './check/sources.mjs';
import { addNotices, thirdPartyNotices } from './pack/notices.mjs';

main(async () => {
  const notices = thirdPartyNotices();
  const packages = sourcesIn('npm', /^package\.json$/).map((file) => path.dirname(file));
  for (const folder of packages) addNotices(path.join(root, folder), notices);
  if (packages.length === 0) process.stdout.write(notices);
  else console.log(`${packages.length} packages have ${notices.length} characters of notices`);
});
