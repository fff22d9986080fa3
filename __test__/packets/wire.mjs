import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from '../helpers/until.mjs';

/**
 * What happens to the packets of one direction.
 *
 * @typedef {object} Fault
 * @property {number} [loss] the share of packets that are lost
 * @property {number} [delay] seconds
 * @property {number} [jitter] up to so many seconds more, so that packets overtake each other
 * @property {number} [twice] the share that comes twice
 * @property {number} [broken] the share in which one bit is changed
 * @property {number} [largest] longer packets are lost without a word
 * @property {boolean} [dead] all are lost
 * @property {string} [deadTo] all to this address are lost
 */

/** Addresses of the server: two of IPv4 and one of IPv6, at port 8080. */
export const SERVER = { first: '10.99.0.2', second: '10.99.0.3', v6: 'fd99::2' };

/** @param {string} path @param {string} [host] */
export function urlOf(path, host = SERVER.first) {
  return `ws://${host.includes(':') ? `[${host}]` : host}:8080${path}`;
}

/**
 * A server behind a wire of its own. Both end with the test.
 *
 * @param {import('node:test').TestContext} t
 */
export async function startWire(t) {
  const [wire, server] = ['wire.py', 'server.mjs'].map((name) =>
    fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)),
  );
  const child = spawn('python3', [wire, process.execPath, server], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const gone = ended.then(([code, signal]) => {
    throw new Error(`the wire ended with ${signal ?? code}`);
  });
  gone.catch(() => {});
  t.after(async () => {
    child.stdin.end();
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (what) => (await within(Promise.race([lines.next(), gone]), what)).value;
  const set = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    return Number(await line('the wire takes the fault'));
  };
  await line('the server listens');
  // Once it answers, both ends have their addresses.
  await set({});
  return {
    /**
     * From now on, in place of what was set before.
     *
     * @param {{ down?: Fault, up?: Fault, mtu?: number, link?: 'up' | 'down' }} faults
     * @returns {Promise<number>} packets that have met a fault so far
     */
    set,
    /** @param {Fault} fault in both directions */
    setBoth: (fault) => set({ down: fault, up: fault }),
  };
}
