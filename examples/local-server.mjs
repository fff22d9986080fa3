// A server on this machine for examples that are started without a URL.

import { once } from 'node:events';

import { WebSocketServer } from 'ws';

/**
 * Returns the URL that was given on the command line, or starts a server and returns its URL.
 *
 * @param {(socket: import('ws').WebSocket, request: import('node:http').IncomingMessage) => void} onConnection
 *   what the local server does
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
export async function serverFor(onConnection) {
  const [, , given] = process.argv;
  if (given) return { url: given, stop: () => {} };
  return startServer(onConnection);
}

/**
 * @param {Parameters<typeof serverFor>[0]} [onConnection]
 * @param {import('ws').ServerOptions} [options]
 */
export async function startServer(onConnection = () => {}, options = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  server.on('connection', onConnection);
  await once(server, 'listening');
  return {
    server,
    url: `ws://127.0.0.1:${server.address().port}`,
    stop: () => server.close(),
  };
}
