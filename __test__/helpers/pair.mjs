import { WebSocketStream } from '../../index.js';
import { startServer } from './server.mjs';
import { within } from './until.mjs';

/**
 * An open WebSocketStream and the raw peer at its other end.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {Parameters<typeof startServer>[1]} [options.server]
 * @param {object} [options.client] options of the WebSocketStream
 */
export async function openPair(t, { server: serverOptions, client } = {}) {
  const server = await startServer(t, serverOptions);
  const wss = new WebSocketStream(server.url, client);
  // A connection whose messages nobody reads cannot see its end, and would keep the process.
  t.after(() => wss.close());
  const [info, peer] = await within(
    Promise.all([wss.opened, server.peer()]),
    'the connection is open',
  );
  return { server, peer, wss, info, readable: info.readable, writable: info.writable };
}
