// `npm run format`: rewrites all sources in the one format that `npm run check` accepts.

import { main, run, runTool } from './command.mjs';
import { rustCrates } from './check/crates.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';

main(async () => {
  await ensureDependencies();
  for (const crate of rustCrates()) await run('cargo', ['fmt'], { cwd: crate });
  await runTool('prettier', 'prettier', ['--write', '--log-level', 'warn', '.']);
});
