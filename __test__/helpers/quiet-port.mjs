import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A port where nobody listens, for as long as the test runs: a connection of its own uses it, and
 * so nobody is given it to listen on.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} [host] an address of this machine
 * @returns {Promise<number>}
 */
export async function quietPort(t, host = '127.0.0.1') {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const socket = connect(server.address().port, host);
  t.after(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  return socket.localPort;
}
