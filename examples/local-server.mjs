// A server on this machine for examples that are started without a URL.

import { once } from 'node:events';

import { WebSocketServer } from 'ws';

/**
 * Returns the URL that was given on the command line, or starts a server and returns its URL.
 *
 * @param {(socket: import('ws').WebSocket) => void} onConnection what the local server does
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
export async function serverFor(onConnection) {
  const [, , given] = process.argv;
  if (given) return { url: given, stop: () => {} };
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', onConnection);
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
