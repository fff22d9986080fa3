// What stands for example.com and what belongs to it while blocks of documents run: servers with and
// without TLS, proxies, a Unix socket and files, all made for this one run.

import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import path from 'node:path';

import { WebSocketServer } from 'ws';

import { startConnectProxy, startSocksProxy } from '../../__test__/helpers/proxies.mjs';
import { Authority } from '../../__test__/helpers/tls.mjs';
import { root } from '../command.mjs';

/** The server closes a connection after so long without a message, so that every loop ends. */
const SILENCE_MS = 300;

/** Paths that are answered with something else than a connection. */
const REFUSALS = new Map([
  ['/old', 'HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n'],
  ['/private', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 14\r\n\r\nlog in, please'],
]);

/**
 * @param {string} folder for the files that blocks read; it should be empty
 */
export async function startStandIns(folder) {
  const endings = [];
  // The helpers of the tests end what they start when their test ends.
  const run = { after: (end) => endings.unshift(end) };
  const authority = await Authority.create();
  const certificate = await authority.issue({ hosts: ['localhost', 'device.internal'] });
  writeFiles(folder, authority.pem, await authority.issue({ hosts: ['client'], client: true }));
  const secure = createSecureServer({
    ...certificate,
    ca: authority.pem,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const [plain, unix] = [createServer(), createServer()];
  const port = await listen(plain, endings);
  const securePort = await listen(secure, endings);
  await listen(unix, endings, path.join(folder, 'app.sock'));
  const login = 'user:password';
  const proxies = {
    3128: (await startConnectProxy(run, { login })).port,
    3129: (await startConnectProxy(run, { login, tls: certificate })).port,
    1080: (await startSocksProxy(run, { auth: { username: 'user', password: 'password' } })).port,
  };
  const replacements = [
    [/\b(wss|https):\/\/(example\.com|device\.internal)/g, `$1://localhost:${securePort}`],
    [/\bwss:\/\/192\.0\.2\.\d+/g, `wss://127.0.0.1:${securePort}`],
    [/\b(ws|http):\/\/example\.com/g, `$1://127.0.0.1:${port}`],
    [/\bproxy\.(?:example|internal):(\d+)/g, (_, known) => `localhost:${proxies[known]}`],
    [/\/run\/app\.sock/g, path.join(folder, 'app.sock')],
    [/sha256\/A+=/g, `sha256/${pinOf(certificate.cert)}`],
    // Addresses that are reserved for documents.
    [/\b192\.0\.2\.\d+\b/g, '127.0.0.1'],
  ];
  return {
    /** The authority, for NODE_EXTRA_CA_CERTS. */
    authority: path.join(folder, 'authority.pem'),
    /** @param {string} code */
    replaceIn: (code) => replacements.reduce((text, [from, to]) => text.replace(from, to), code),
    async stop() {
      for (const end of endings) await end();
    },
  };
}

/**
 * @param {import('node:http').Server} server
 * @param {(() => unknown)[]} endings
 * @param {string} [file] of a Unix socket
 */
async function listen(server, endings, file) {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  server.on('upgrade', (request, socket, head) => {
    const refusal = REFUSALS.get(request.url);
    if (refusal) socket.end(refusal);
    else sockets.handleUpgrade(request, socket, head, (client) => serve(client, request));
  });
  server.listen(file ?? { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  endings.push(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  return file ? 0 : server.address().port;
}

/**
 * @param {import('ws').WebSocket} socket
 * @param {import('node:http').IncomingMessage} request
 */
function serve(socket, request) {
  // A feed that is told where to begin has something to tell; anything else is an echo.
  if (request.url.includes('?after=')) socket.send('a message');
  const timer = setTimeout(() => socket.close(1000), SILENCE_MS);
  socket.on('message', (data, isBinary) => {
    timer.refresh();
    socket.send(data, { binary: isBinary });
  });
  socket.on('error', () => {});
  socket.on('close', () => clearTimeout(timer));
}

/**
 * @param {string} folder
 * @param {string} authority
 * @param {{ cert: string, key: string }} client
 */
function writeFiles(folder, authority, client) {
  writeFileSync(path.join(folder, 'authority.pem'), authority);
  writeFileSync(path.join(folder, 'client.pem'), client.cert);
  writeFileSync(path.join(folder, 'client.key'), client.key);
  const pfx = path.join(root, '__test__', 'tls', 'fixtures', 'modern.pfx');
  copyFileSync(pfx, path.join(folder, 'client.pfx'));
  writeFileSync(path.join(folder, 'video.mp4'), 'no video');
}

/** @param {string} pem */
function pinOf(pem) {
  const key = new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(key).digest('base64');
}
