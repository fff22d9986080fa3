// Faults of the network itself: packets between two network namespaces, through a wire that this
// side controls. It needs no module of the kernel but TUN; netem is often not there.

import { accessSync, constants } from 'node:fs';

import { capture, Unavailable } from '../command.mjs';
import { sourcesIn } from '../check/sources.mjs';
import { javascriptSuite } from '../test/suites.mjs';

/** @param {(count: string) => void} report */
export async function packets(report) {
  requireNamespaces();
  const files = sourcesIn('__test__/packets', /\.packets\.mjs$/);
  await javascriptSuite(report, {
    // Everything is in a namespace of its own, and gone with it.
    command: ['unshare', '--net', process.execPath],
    // The wires have the same addresses.
    concurrency: 1,
    files,
  });
}

function requireNamespaces() {
  if (process.platform !== 'linux') {
    throw new Unavailable('Network namespaces are a thing of Linux.');
  }
  if (process.getuid?.() !== 0) {
    throw new Unavailable('Network namespaces need root: sudo npm run test:conformance');
  }
  for (const [program, version, origin] of [
    ['ip', '-V', 'iproute2'],
    ['unshare', '--version', 'util-linux'],
    ['python3', '--version', 'python3'],
  ]) {
    if (!capture(program, [version]).ok) {
      throw new Unavailable(
        `${program} is missing. On Debian and Ubuntu: apt-get install ${origin}`,
      );
    }
  }
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    throw new Unavailable(
      'There is no /dev/net/tun: load the module tun, or give it to the container.',
    );
  }
  const made = capture('unshare', ['--net', 'true']);
  if (!made.ok) throw new Unavailable(`No network namespace can be made here: ${made.stderr}`);
}
