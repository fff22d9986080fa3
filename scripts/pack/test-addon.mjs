// Tests a binary that was built elsewhere, without building anything: what a release runs on each
// platform. Suites that need a compiler, Python or nginx are left to `npm test`.

import { javascriptSuite } from '../test/suites.mjs';
import { main } from '../command.mjs';
import { sourcesIn } from '../check/sources.mjs';

const leftOut = [
  '__test__/cli/terminal.test.mjs',
  '__test__/deflate/python.test.mjs',
  '__test__/interop/python.test.mjs',
  '__test__/memory/',
  '__test__/nginx/',
  '__test__/options/socket.test.mjs',
  '__test__/package/notices.test.mjs',
];

main(async () => {
  const files = sourcesIn('__test__', /\.test\.mjs$/).filter(
    (file) => !leftOut.some((start) => file.startsWith(start)),
  );
  await javascriptSuite((count) => console.log(count), { command: [process.execPath], files });
});
