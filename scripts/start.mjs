// `npm start`: the demonstration, after installing and building what is missing.

import { main } from './command.mjs';
import { setupAndRun } from './setup.mjs';

main(() => setupAndRun('scripts/demo/main.mjs'));
