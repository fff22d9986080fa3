import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Server } from 'proxy-chain';

const { createServer: createSocksServer } = createRequire(import.meta.url)(
  '@pondwader/socks5-server',
);

/**
 * A CONNECT proxy of the `proxy-chain` package on loopback, closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {string} [options.login] `user:password` that it insists on
 * @param {{ cert: string, key: string }} [options.tls] speak TLS to the client
 */
export async function startConnectProxy(t, { login, tls } = {}) {
  const requests = [];
  const server = new Server({
    port: 0,
    host: '127.0.0.1',
    ...(tls ? { serverType: 'https', httpsOptions: tls } : {}),
    prepareRequestFunction: ({ request, hostname, port, username, password, isHttp }) => {
      requests.push({ method: request.method, headers: request.headers, hostname, port, isHttp });
      return { requestAuthentication: login !== undefined && `${username}:${password}` !== login };
    },
  });
  await server.listen();
  t.after(() => server.close(true));
  const url = tls ? `https://localhost:${server.port}` : `http://127.0.0.1:${server.port}`;
  return { port: server.port, requests, url };
}

/**
 * A SOCKS 5 proxy of the `@pondwader/socks5-server` package on loopback, closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {{ username: string, password: string }} [options.auth]
 */
export async function startSocksProxy(t, { auth } = {}) {
  const requests = [];
  const sockets = new Set();
  const server = createSocksServer(auth ? { auth } : {});
  server.setRulesetValidator((connection) => {
    requests.push({ host: connection.destAddress, port: connection.destPort });
    return true;
  });
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  const connectTo = server.connectionHandler;
  server.setConnectionHandler((connection, sendStatus) => {
    const target = connectTo(connection, sendStatus);
    // The package passes an end on, but no reset.
    target?.once('ready', () => target.once('error', () => connection.socket.resetAndDestroy()));
    return target;
  });
  server.server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.server.close(resolve);
    });
  });
  return { port: server.server.address().port, requests };
}
