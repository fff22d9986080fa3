// The demonstration behind `npm start`. Without arguments it runs a feed over loopback; with a URL
// it connects the terminal to that server.

import { explain } from './explanation.mjs';
import { runFeed } from './feed.mjs';
import { runTerminal } from './terminal.mjs';

const usage = `npm start                       read a million messages from a server on this machine
npm start -- wss://host/path    send the lines that are typed, print what comes back
`;

const [argument, ...rest] = process.argv.slice(2);

try {
  if (argument === undefined) {
    process.exitCode = await runFeed();
  } else if (argument === '--help' || argument === '-h') {
    process.stdout.write(usage);
  } else if (argument.startsWith('-') || rest.length > 0) {
    process.stderr.write(`One URL is expected, or nothing.\n\n${usage}`);
    process.exitCode = 2;
  } else {
    process.exitCode = await runTerminal(argument);
  }
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
