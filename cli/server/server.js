'use strict';

// A plain WebSocket server (RFC 6455) for trying things out. It reads and writes at the speed of its
// clients and checks what they send, but has no TLS, no extensions and no time limits.

const { createHash } = require('node:crypto');
const { createServer } = require('node:http');

const { Session } = require('./session.js');

/**
 * @param {object} options
 * @param {string} options.host
 * @param {number} options.port
 * @param {(session: Session, request: import('node:http').IncomingMessage) => void} options.onSession
 * @returns {Promise<{ server: import('node:http').Server, url: string }>}
 */
async function startServer({ host, port, onSession }) {
  const server = createServer((_request, response) => {
    response.writeHead(426, { Connection: 'Upgrade', Upgrade: 'websocket' });
    response.end('This is a WebSocket server.\n');
  });
  server.on('upgrade', (request, socket, head) => {
    const answer = answerTo(request);
    socket.on('error', () => {});
    socket.write(answer.text);
    if (answer.accepted) onSession(new Session(socket, head), request);
    else socket.end();
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const shown = host.includes(':') ? `[${host}]` : host;
  return { server, url: `ws://${shown}:${address.port}` };
}

/**
 * The answer to an opening handshake (RFC 6455 section 4.2).
 *
 * @param {import('node:http').IncomingMessage} request
 * @returns {{ accepted: boolean, text: string }}
 */
function answerTo({ headers, method }) {
  const key = headers['sec-websocket-key'] ?? '';
  const isUpgrade = headers.upgrade?.toLowerCase() === 'websocket';
  if (method !== 'GET' || !isUpgrade || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    return { accepted: false, text: refusal('400 Bad Request') };
  }
  if (headers['sec-websocket-version'] !== '13') {
    return {
      accepted: false,
      text: refusal('426 Upgrade Required', 'Sec-WebSocket-Version: 13\r\n'),
    };
  }
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  // Whoever offers subprotocols fails when none is chosen: the preferred one will do.
  const protocol = headers['sec-websocket-protocol']?.split(',')[0].trim();
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
  ];
  return { accepted: true, text: `${lines.join('\r\n')}\r\n\r\n` };
}

/**
 * @param {string} status
 * @param {string} [fields]
 */
function refusal(status, fields = '') {
  return `HTTP/1.1 ${status}\r\n${fields}Connection: close\r\nContent-Length: 0\r\n\r\n`;
}

/** Makes an answer one to a WebSocket handshake and to nothing else (RFC 6455 section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

module.exports = { startServer };
