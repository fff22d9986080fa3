// The server of the soak test, in a process of its own: the path says what it does to a connection.

import { createHash, randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

const behaviours = {
  '/echo': (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  },
  // The last message is the hash of all before it.
  '/feed': (socket) => {
    const hash = createHash('sha256');
    for (let i = randomInt(1, 200); i > 0; i--) {
      const bytes = randomBytes(randomInt(0, 4000));
      hash.update(bytes);
      socket.send(bytes);
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
  // A frame with a reserved bit.
  '/violate': (socket) => socket._socket.write(Buffer.from([0xf1, 0x00])),
  '/mute': (socket) => socket.pause(),
};

const http = createServer();
const server = new WebSocketServer({ noServer: true, maxPayload: 0 });
http.on('upgrade', (request, socket, head) => {
  socket.on('error', () => {});
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/refuse') {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
  } else if (pathname !== '/silent') {
    server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => {});
      behaviours[pathname](client);
    });
  }
});
http.listen(0, '127.0.0.1', () => process.send(http.address().port));
process.on('disconnect', () => process.exit());
