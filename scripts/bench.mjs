// `npm run bench`: the measurements, after installing and building what is missing.

import { main } from './command.mjs';
import { setupAndRun } from './setup.mjs';

main(() => setupAndRun('bench/run.mjs'));
