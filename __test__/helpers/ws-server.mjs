import { once } from 'node:events';
import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';

/**
 * @typedef {import('ws').WebSocket} Socket
 * @typedef {(socket: Socket, request: import('node:http').IncomingMessage) => void} Handler
 */

/**
 * A server of the `ws` package on loopback. It echoes every message unless `onConnection` is given,
 * and is closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {Handler} [options.onConnection]
 * @param {import('node:https').ServerOptions} [options.tls]
 * @param {import('ws').ServerOptions} [options.ws]
 */
export async function startWsServer(t, { onConnection = echo, tls, ws = {} } = {}) {
  const host = '127.0.0.1';
  const http = tls ? createServer(tls) : undefined;
  const server = new WebSocketServer(http ? { server: http, ...ws } : { host, port: 0, ...ws });
  server.on('connection', (socket, request) => {
    // A socket that a test ends abruptly is no failure of the server.
    socket.on('error', () => {});
    onConnection(socket, request);
  });
  http?.on('tlsClientError', () => {});
  http?.listen(0, host);
  await once(http ?? server, 'listening');
  t.after(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    http?.close();
  });
  const { port } = (http ?? server).address();
  return { port, server, url: tls ? `wss://localhost:${port}/` : `ws://127.0.0.1:${port}/` };
}

function echo(socket) {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
}
