import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What goes wrong in one direction.
 *
 * @typedef {object} Fault
 * @property {number} [after] bytes that still pass; everything passes when left out
 * @property {'reset' | 'end' | 'stall'} [how] what happens then: RST or FIN to both sides, or nothing ever again
 * @property {number} [delayMs] each chunk waits so long
 * @property {number} [piece] bytes that pass at once
 */

/**
 * A TCP proxy on loopback that breaks what passes it. It is closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {number} target port
 * @param {{ down?: Fault, up?: Fault }} [faults] towards the client, and towards the server
 */
export async function startProxy(t, target, faults = {}) {
  const sockets = new Set();
  const settings = { allowHalfOpen: true, noDelay: true };
  const server = createServer(settings, (client) => {
    const upstream = connect({ ...settings, port: target, host: '127.0.0.1' });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
    pass(upstream, client, faults.down ?? {});
    pass(client, upstream, faults.up ?? {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address();
  return { port, url: (scheme = 'ws', host = '127.0.0.1') => `${scheme}://${host}:${port}/` };
}

async function pass(from, to, { after = Infinity, how = 'stall', delayMs = 0, piece = Infinity }) {
  let left = after;
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      if (delayMs > 0) await delay(delayMs);
      for (let start = 0; start < chunk.length; start += piece) {
        const part = chunk.subarray(start, Math.min(start + piece, start + left, chunk.length));
        left -= part.length;
        if (part.length > 0 && !to.write(part)) await once(to, 'drain');
        if (left > 0) continue;
        // The direction is dead: what comes is swallowed, and no end is passed on.
        if (how === 'stall') return void from.resume();
        breakOff(from, to, how);
        return undefined;
      }
    }
    to.end();
  } catch {
    to.destroy();
  }
  return undefined;
}

function breakOff(from, to, how) {
  if (how === 'end') return void to.end(() => from.destroy());
  // What was written before has left: a reset would take it back.
  setImmediate(() => {
    to.resetAndDestroy();
    from.resetAndDestroy();
  });
  return undefined;
}
