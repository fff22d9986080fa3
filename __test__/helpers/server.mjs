import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Peer } from './peer.mjs';
import { turns, within } from './until.mjs';

/**
 * What the server answers to a handshake. Everything that is left out is what a correct server
 * says.
 *
 * @typedef {object} Answer
 * @property {number} [status] a peer exists only after 101
 * @property {string} [statusText]
 * @property {string} [accept] in place of the right Sec-WebSocket-Accept
 * @property {Record<string, string | string[] | null>} [headers] added, replaced, or taken away by null
 * @property {string | Uint8Array} [before] bytes in front of the status line
 * @property {string | Uint8Array} [body] bytes behind the headers, in the same packet
 * @property {string | Uint8Array} [raw] in place of the whole answer
 * @property {boolean} [dribble] one byte at a time
 * @property {boolean} [silent] never answer
 * @property {boolean} [end] send FIN after the answer
 */

/**
 * A WebSocket server on loopback that does exactly what a test tells it. It is closed when the test
 * ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {Answer | ((request: object) => Answer)} [options.answer]
 * @param {import('node:tls').TlsOptions} [options.tls]
 * @param {boolean} [options.paused] reads nothing after the handshake until `peer.resume()`
 */
export async function startServer(t, options = {}) {
  const server = new RawServer(options);
  await server.listen();
  t.after(() => server.close());
  return server;
}

class RawServer {
  #options;
  #server;
  #sockets = new Set();
  #peers = [];
  #waiting = [];

  constructor(options) {
    this.#options = options;
    /** Connections accepted so far, whether or not their handshake succeeded. */
    this.connections = 0;
    /** Handshake requests so far. */
    this.requests = [];
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    const scheme = this.#options.tls ? 'wss' : 'ws';
    const host = this.#options.tls ? 'localhost' : '127.0.0.1';
    return `${scheme}://${host}:${this.port}/`;
  }

  /** Connections that the client has neither ended nor dropped. */
  get open() {
    return [...this.#sockets].filter((socket) => !socket.readableEnded).length;
  }

  /** The next connection whose handshake was answered with 101. */
  peer() {
    if (this.#peers.length > 0) return Promise.resolve(this.#peers.shift());
    const peer = new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
    return within(peer, 'a client connects');
  }

  async listen() {
    const { tls } = this.#options;
    const settings = { allowHalfOpen: true, noDelay: true };
    const accept = (socket) => this.#accept(socket);
    this.#server = tls
      ? createTlsServer({ ...settings, ...tls }, accept)
      : createServer(settings, accept);
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // A client that distrusts the certificate ends the TLS handshake; that is its right.
    this.#server.on('tlsClientError', () => {});
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #accept(socket) {
    socket.on('error', () => {});
    let head = Buffer.alloc(0);
    const read = (chunk) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read);
      const request = parseRequest(head.subarray(0, end).toString('latin1'));
      this.requests.push(request);
      this.#answer(socket, request);
    };
    socket.on('data', read);
  }

  async #answer(socket, request) {
    const { answer = {}, paused = false } = this.#options;
    const plan = typeof answer === 'function' ? answer(request) : answer;
    if (plan.silent) return;
    const upgraded = (plan.status ?? 101) === 101;
    // The peer listens before the answer goes out: the client may speak at once.
    const peer = upgraded ? new Peer(socket, request) : undefined;
    if (paused) peer?.pause();
    await sendBytes(socket, answerBytes(plan, request), plan.dribble);
    if (plan.end) socket.end();
    if (!peer) return;
    const waiter = this.#waiting.shift();
    if (waiter) waiter(peer);
    else this.#peers.push(peer);
  }
}

function parseRequest(head) {
  const [start, ...lines] = head.split('\r\n');
  const [method, path, version] = start.split(' ');
  const rawHeaders = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const headers = {};
  for (const [name, value] of rawHeaders) headers[name.toLowerCase()] = value;
  return { method, path, version, rawHeaders, headers };
}

function answerBytes(plan, request) {
  if (plan.raw !== undefined) return Buffer.from(plan.raw);
  const status = plan.status ?? 101;
  const body = Buffer.from(plan.body ?? '');
  const headers = {
    ...(status === 101 ? upgradeHeaders(plan, request) : { 'Content-Length': `${body.length}` }),
    ...plan.headers,
  };
  const lines = [`HTTP/1.1 ${status} ${plan.statusText ?? 'Answer'}`];
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) if (one !== null) lines.push(`${name}: ${one}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([Buffer.from(plan.before ?? ''), head, body]);
}

/** The right answer to the key of a request. */
export function acceptKey(request) {
  const key = request.headers['sec-websocket-key'] ?? '';
  const hash = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return hash.digest('base64');
}

function upgradeHeaders(plan, request) {
  return {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': plan.accept ?? acceptKey(request),
  };
}

async function sendBytes(socket, bytes, dribble) {
  if (!dribble) return void socket.write(bytes);
  for (const byte of bytes) {
    if (socket.destroyed) return undefined;
    socket.write(Buffer.from([byte]));
    await turns(1);
  }
  return undefined;
}
