// Every order in which threads can run, over the files of the addon that threads share.

import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { root, run } from '../command.mjs';

/** @param {(count: string) => void} report */
export async function models(report) {
  // Optimised: the models run each test some ten thousand times.
  const env = { CARGO_TARGET_DIR: path.join(root, 'target', 'models') };
  await run('cargo', ['test', '--locked', '--release'], {
    cwd: path.join(root, 'models'),
    env,
    onLine: (line) => {
      const [, passed] =
        /^test result: ok\. (\d+) passed/.exec(stripVTControlCharacters(line)) ?? [];
      if (Number(passed) > 0) report(`${passed} models`);
    },
  });
}
