import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A TCP server on loopback that does one thing to whoever connects. It is closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {(socket: import('node:net').Socket) => void} onSocket
 */
export async function startTcpServer(t, onSocket) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address();
  return { port, url: `ws://127.0.0.1:${port}/` };
}

/** Sends `piece` for ever, as fast as it is taken. */
export function flood(socket, piece) {
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', write);
  write();
}
