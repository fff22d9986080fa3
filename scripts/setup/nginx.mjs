// nginx, which some tests talk through. Nobody is made to have it: where it is missing and cannot be
// installed without a question, those tests are left out, and the counts say so.

import { capture } from '../command.mjs';
import { installPackages, isDebian } from './debian.mjs';

/** @returns {Promise<boolean>} whether it is there */
export async function ensureNginx() {
  if (hasNginx()) return true;
  const mayInstall = isDebian && (process.env.CI || process.getuid() === 0);
  if (!mayInstall) return false;
  console.log('installing nginx');
  await installPackages(['nginx']);
  return hasNginx();
}

function hasNginx() {
  // Debian keeps it where only the administrator's PATH looks.
  return ['nginx', '/usr/sbin/nginx'].some((name) => capture(name, ['-v']).ok);
}
