// Faults of the network itself: packets between two network namespaces, through a wire that this
// side controls. It needs no module of the kernel but TUN; netem is often not there.

import { existsSync } from 'node:fs';

import { capture, Unavailable } from '../command.mjs';
import { sourcesIn } from '../check/sources.mjs';
import { javascriptSuite } from '../test/suites.mjs';

/** @param {(count: string) => void} report */
export async function packets(report) {
  const asRoot = findRoot();
  requireNamespaces(asRoot);
  const files = sourcesIn('__test__/packets', /\.packets\.mjs$/);
  await javascriptSuite(report, {
    // Everything is in a namespace of its own, and gone with it.
    command: [...asRoot, 'unshare', '--net', process.execPath],
    // The wires have the same addresses.
    concurrency: 1,
    files,
  });
}

/** @returns {string[]} what has to stand in front of a command that needs root */
function findRoot() {
  if (process.platform !== 'linux') {
    throw new Unavailable('Network namespaces are a thing of Linux.');
  }
  if (process.getuid?.() === 0) return [];
  if (capture('sudo', ['--non-interactive', 'true']).ok) {
    // sudo has a PATH of its own.
    return ['sudo', '--non-interactive', '--preserve-env', 'env', `PATH=${process.env.PATH}`];
  }
  throw new Unavailable('Network namespaces need root, or sudo without a password.');
}

/** @param {string[]} asRoot */
function requireNamespaces(asRoot) {
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
  if (!existsSync('/dev/net/tun')) {
    throw new Unavailable(
      'There is no /dev/net/tun: load the module tun, or give it to the container.',
    );
  }
  const [program, ...args] = [...asRoot, 'unshare', '--net', 'true'];
  const made = capture(program, args);
  if (!made.ok) throw new Unavailable(`No network namespace can be made here: ${made.stderr}`);
}
