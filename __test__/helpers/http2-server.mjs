import { once } from 'node:events';
import { createSecureServer, createServer } from 'node:http2';
import WebSocket, { extension, PerMessageDeflate, WebSocketServer } from 'ws';
import { until } from './until.mjs';

/**
 * @typedef {import('node:http2').ServerHttp2Stream} Stream
 * @typedef {import('node:http2').IncomingHttpHeaders} Headers
 */

/**
 * Node's HTTP/2 server on loopback, which takes WebSockets over extended CONNECT (RFC 8441) and
 * echoes every message unless `onStream` is given. It is closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {boolean} [options.announce] SETTINGS_ENABLE_CONNECT_PROTOCOL
 * @param {(stream: Stream, headers: Headers) => void} [options.onStream] for extended CONNECT
 * @param {string} [options.path] of a Unix socket in place of a port
 * @param {import('node:http2').Settings} [options.settings]
 * @param {import('node:http2').SecureServerOptions} [options.tls]
 */
export async function startHttp2Server(t, options = {}) {
  const { announce = true, onStream = echoStream, path, settings, tls } = options;
  const server = new Http2Server(tls, { enableConnectProtocol: announce, ...settings }, onStream);
  await server.listen(path);
  t.after(() => server.close());
  return server;
}

class Http2Server {
  #sockets = new Set();

  constructor(tls, settings, onStream) {
    /** Every connection so far, oldest first. */
    this.sessions = [];
    /** The headers of every request so far. */
    this.requests = [];
    /** Every stream so far. */
    this.streams = [];
    /** WebSockets over HTTP/1.1 so far. */
    this.upgrades = 0;
    this.isSecure = tls !== undefined;
    this.server = tls ? createSecureServer({ ...tls, settings }) : createServer({ settings });
    this.server.on('session', (session) => {
      this.sessions.push(session);
      session.on('error', () => {});
    });
    this.server.on('stream', (stream, headers) => {
      this.requests.push(headers);
      this.streams.push(stream);
      // A stream that a test ends abruptly is no failure of the server.
      stream.on('error', () => {});
      onStream(stream, headers);
    });
    this.server.on(tls ? 'secureConnection' : 'connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.server.on('tlsClientError', () => {});
    const http1 = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (request, socket, head) => {
      this.upgrades += 1;
      http1.handleUpgrade(request, socket, head, echoSocket);
    });
  }

  get port() {
    return this.server.address().port;
  }

  get url() {
    return this.isSecure ? `wss://localhost:${this.port}/` : `ws://127.0.0.1:${this.port}/`;
  }

  /** Connections that are open now. */
  get open() {
    return this.#sockets.size;
  }

  async listen(path) {
    if (path) this.server.listen(path);
    else this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** The stream of that number, when it is there. */
  stream(number = 0) {
    return until(() => this.streams[number], `stream ${number} of the client`);
  }

  async close() {
    for (const session of this.sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}

/**
 * Answers an extended CONNECT and gives the WebSocket of the `ws` package over the stream.
 *
 * @param {Stream} stream
 * @param {Headers} [request] agreed on are the first subprotocol and compression
 * @param {import('node:http2').OutgoingHttpHeaders} [answer] added
 */
export function acceptStream(stream, request = {}, answer = {}) {
  const headers = { ':status': 200, ...answer };
  const socket = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 30_000 });
  const [protocol] = (request['sec-websocket-protocol'] ?? '').split(/,\s*/);
  if (protocol) headers['sec-websocket-protocol'] = protocol;
  const offer = request['sec-websocket-extensions'];
  const name = PerMessageDeflate.extensionName;
  if (offer) {
    const deflate = new PerMessageDeflate({ isServer: true, threshold: 0 });
    deflate.accept(extension.parse(offer)[name]);
    socket._extensions[name] = deflate;
    headers['sec-websocket-extensions'] = extension.format({ [name]: [deflate.params] });
  }
  stream.respond(headers);
  socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 64 * 1024 * 1024 });
  socket.on('error', () => {});
  return socket;
}

/** @param {Stream} stream @param {Headers} headers */
export function echoStream(stream, headers) {
  echoSocket(acceptStream(stream, headers));
}

function echoSocket(socket) {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
}
