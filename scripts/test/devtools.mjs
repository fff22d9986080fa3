// Runs the example that drives a browser. It is not part of `npm test`, because it needs a Chromium,
// which is installed here when it is missing and the system is Debian's.

import { capture, Failure, main, run } from '../command.mjs';
import { installPackages, isDebian } from '../setup/debian.mjs';
import { setup } from '../setup.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

main(async () => {
  await setup();
  const output = [];
  await run(process.execPath, ['examples/devtools.mjs'], {
    env: { CHROMIUM: await chromium() },
    onLine: (line) => output.push(line),
    silenceMs: 60_000,
  });
  const wanted = ['title: A page', 'screenshot: PNG', 'closed with 100'];
  const missing = wanted.filter((start) => !output.some((line) => line.startsWith(start)));
  if (missing.length > 0) throw new Failure(`not printed: ${missing.join(', ')}`);
});

/** @returns {Promise<string>} name of a binary that runs */
async function chromium() {
  const found = [process.env.CHROMIUM, ...names].find(runs);
  if (found) return found;
  if (!isDebian) {
    throw new Failure('Chromium is missing: install it, or name its binary in CHROMIUM');
  }
  await installPackages(['chromium']);
  return names[0];
}

/** @param {string | undefined} name */
function runs(name) {
  return Boolean(name) && capture(name, ['--version']).ok;
}
