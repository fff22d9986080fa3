import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { openPair } from '../helpers/pair.mjs';
import { python } from '../helpers/python-server.mjs';
import { test } from '../helpers/test.mjs';

/** Prints what the operating system has noted for the socket that it inherited. */
const PROGRAM = `
import socket
s = socket.socket(fileno=3)
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY),
      s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
      s.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE))
`;

/**
 * The options of the client's socket, as another process that holds it sees them. Without /proc the
 * socket cannot be found, and all that is told is that it opens.
 */
async function socketOptions(t, client) {
  const { info } = await openPair(t, { client });
  if (process.platform !== 'linux') return undefined;
  const stdio = ['ignore', 'pipe', 'inherit', descriptorOf(info.localPort, info.remotePort)];
  const { stdout } = spawnSync(python(), ['-c', PROGRAM], { stdio, encoding: 'utf8' });
  const [noDelay, keepAlive, idleSeconds] = stdout.split(' ').map(Number);
  return { noDelay: noDelay !== 0, keepAlive: keepAlive !== 0, idleSeconds };
}

/** The descriptor of this process's socket between two ports. */
function descriptorOf(localPort, remotePort) {
  const hex = (port) => port.toString(16).toUpperCase().padStart(4, '0');
  const row = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, remote]) => {
      return local?.endsWith(`:${hex(localPort)}`) && remote.endsWith(`:${hex(remotePort)}`);
    });
  const target = `socket:[${row[9]}]`;
  const found = readdirSync('/proc/self/fd').find((fd) => linkOf(fd) === target);
  return Number(found);
}

function linkOf(fd) {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The folder's own descriptor is closed by now.
    return '';
  }
}

for (const noDelay of [undefined, true, false]) {
  test(`noDelay: ${noDelay} sets TCP_NODELAY of the socket`, async (t) => {
    const found = await socketOptions(t, { noDelay });
    if (found) assert.equal(found.noDelay, noDelay ?? true);
  });
}

for (const keepAlive of [undefined, true, false]) {
  test(`keepAlive: ${keepAlive} sets SO_KEEPALIVE of the socket`, async (t) => {
    const found = await socketOptions(t, { keepAlive });
    if (!found) return;
    assert.equal(found.keepAlive, keepAlive ?? true);
    if (found.keepAlive) assert.equal(found.idleSeconds, 60);
  });
}
