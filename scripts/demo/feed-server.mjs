// The feed server, run as a child process. A WebSocket server on the bare socket: its frames are
// encoded in batches, so that the client and not the server decides the pace.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';

import { FrameReader, OPCODE } from './frame-reader.mjs';
import { END, encodeFeedFrames, numberOfReply } from './numbered-message.mjs';
import { Tally } from './tally.mjs';

const [feedMessages, replyMessages] = process.argv.slice(2).map(Number);

/** Messages for one write to the socket: large enough to cost little, small enough to share time. */
const BATCH = 1024;

/** How often the parent hears about progress, in milliseconds. */
const REPORT_INTERVAL = 25;

/** The constant of the opening handshake (RFC 6455 section 1.3). */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const server = createServer((request, response) => response.writeHead(426).end());
server.on('upgrade', (request, socket, head) => {
  acceptUpgrade(request, socket);
  receive(socket, head);
  send(socket).catch(reportLostConnection);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());

/**
 * Answers the opening handshake.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:stream').Duplex} socket
 */
function acceptUpgrade(request, socket) {
  const key = request.headers['sec-websocket-key'];
  const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  socket.setNoDelay(true);
  socket.on('error', reportLostConnection);
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}

/**
 * Sends the whole feed, as fast as the socket takes it.
 *
 * @param {import('node:stream').Duplex} socket
 */
async function send(socket) {
  let sent = 0;
  const timer = setInterval(() => process.send({ sent }), REPORT_INTERVAL);
  while (sent < feedMessages) {
    const count = Math.min(BATCH, feedMessages - sent);
    const room = socket.write(encodeFeedFrames(sent, count));
    sent += count;
    if (!room) await once(socket, 'drain');
  }
  clearInterval(timer);
  process.send({ sent });
  socket.write(frame(OPCODE.text, Buffer.from(END)));
}

/**
 * Checks the replies, and tells the parent when the last one is here.
 *
 * @param {import('node:stream').Duplex} socket
 * @param {Buffer} head bytes that came with the request
 */
function receive(socket, head) {
  const reader = new FrameReader();
  const tally = new Tally(replyMessages);
  const take = (bytes) => {
    for (const { opcode, payload } of reader.push(bytes)) {
      if (opcode === OPCODE.binary) tally.add(numberOfReply(payload));
      else if (opcode === OPCODE.text) process.send({ replies: tally.result() });
      else if (opcode === OPCODE.ping) socket.write(frame(OPCODE.pong, payload));
      else if (opcode === OPCODE.close) socket.end(frame(OPCODE.close, payload));
    }
  };
  take(head);
  socket.on('data', take);
}

/**
 * @param {number} opcode
 * @param {Buffer} payload of at most 125 bytes
 * @returns {Buffer} a frame without a mask
 */
function frame(opcode, payload) {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}

/** @param {Error} error */
function reportLostConnection(error) {
  process.send({ failed: error.message });
}
