// The servers of the soak test, in a process of their own: plain and with TLS, and two proxies. The
// path says what they do to a connection.

import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

import { WebSocketServer } from 'ws';

import { startConnectProxy, startSocksProxy } from '../../__test__/helpers/proxies.mjs';
import { Authority } from '../../__test__/helpers/tls.mjs';

const behaviours = {
  '/echo': (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  },
  // The last message is the hash of all before it.
  '/feed': (socket) => {
    const hash = createHash('sha256');
    for (let i = randomInt(1, 200); i > 0; i--) {
      // Half of it can be compressed. Large messages are read in another way.
      const size = randomInt(randomInt(20) ? 4000 : 200_000);
      const bytes = Buffer.alloc(size, randomBytes(randomInt(1, 2000)));
      hash.update(bytes);
      sendInFragments(socket, bytes);
      if (!randomInt(20)) socket.ping();
    }
    socket.send(hash.digest('hex'));
    socket.close(1000, 'fed');
  },
  '/close': (socket) => {
    socket.send('bye');
    socket.close(4000, 'closed by the server');
  },
  '/drop': (socket) => {
    socket.send('half');
    socket.on('message', () => socket.terminate());
    setTimeout(() => socket.terminate(), randomInt(1, 50));
  },
  // A frame with reserved bits that no extension has.
  '/violate': (socket) => socket._socket.write(Buffer.from([0xf1, 0x00])),
  '/mute': (socket) => socket.pause(),
};

const answers = {
  '/refuse': 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno',
  '/redirect': 'HTTP/1.1 302 Found\r\nLocation: /close\r\nContent-Length: 0\r\n\r\n',
};

const server = new WebSocketServer({
  noServer: true,
  maxPayload: 0,
  perMessageDeflate: { zlibDeflateOptions: { level: 1 } },
});

const authority = await Authority.create();
const [port, securePort] = await Promise.all([
  listen(createServer()),
  listen(createSecureServer(await authority.issue())),
]);
// They live as long as this process.
const never = { after: () => {} };
const [connectProxy, socksProxy] = await Promise.all([
  startConnectProxy(never),
  startSocksProxy(never),
]);
process.on('disconnect', () => process.exit());
process.send({
  port,
  securePort,
  connectPort: connectProxy.port,
  socksPort: socksProxy.port,
  ca: authority.pem,
});

/**
 * @param {import('node:http').Server | import('node:https').Server} http
 * @returns {Promise<number>} its port
 */
async function listen(http) {
  http.on('upgrade', onUpgrade);
  http.on('tlsClientError', () => {});
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return http.address().port;
}

/** Most are of one frame; the others have a few, of which some are empty. */
function sendInFragments(socket, bytes) {
  let start = 0;
  for (let count = randomInt(10) ? 0 : randomInt(1, 5); count > 0; count--) {
    const end = randomInt(2) ? randomInt(start, bytes.length + 1) : start;
    socket.send(bytes.subarray(start, end), { fin: false });
    start = end;
  }
  socket.send(bytes.subarray(start));
}

function onUpgrade(request, socket, head) {
  socket.on('error', () => {});
  const { pathname } = new URL(request.url, 'http://localhost');
  if (answers[pathname]) {
    socket.end(answers[pathname]);
  } else if (pathname !== '/silent') {
    server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => {});
      behaviours[pathname](client);
    });
  }
}
