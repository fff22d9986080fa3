import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const ca = authority.pem;
const server = await authority.issue();
const client = await authority.issue({ hosts: ['a client'], client: true });
const fixture = (name) => readFile(new URL(`./fixtures/${name}`, import.meta.url));

/** The name in the certificate that a server saw. */
async function seenBy(t, clientAuthority, tls, versions = {}) {
  let seen;
  const { url, server: wsServer } = await startWsServer(t, {
    tls: { ...server, ...versions, ca: clientAuthority, requestCert: true },
  });
  wsServer.on('connection', (socket, request) => {
    seen = request.socket.getPeerCertificate().subject.CN;
    socket.close();
  });
  const wss = new WebSocketStream(url, { tls: { ca, ...tls } });
  await within(wss.closed, 'the connection is closed');
  return seen;
}

test('tls.cert and tls.key show the certificate to the server', async (t) => {
  assert.equal(await seenBy(t, ca, client), 'a client');
});

test('tls.cert and tls.key may be Buffers, and work with TLS 1.2', async (t) => {
  const tls = { cert: Buffer.from(client.cert), key: Buffer.from(client.key) };
  assert.equal(await seenBy(t, ca, tls, { maxVersion: 'TLSv1.2' }), 'a client');
});

test('tls.passphrase decrypts tls.key', async (t) => {
  const key = createPrivateKey(client.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const tls = { cert: client.cert, key, passphrase: 'secret' };
  assert.equal(await seenBy(t, ca, tls), 'a client');
});

for (const name of ['modern.pfx', 'triple-des.pfx']) {
  test(`tls.pfx brings certificate and key: ${name}`, async (t) => {
    const tls = { pfx: await fixture(name), passphrase: 'secret' };
    assert.equal(await seenBy(t, await fixture('authority.pem'), tls), 'fixture client');
  });
}

for (const [version, code] of [
  ['TLSv1.2', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
  ['TLSv1.3', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
]) {
  test(`a server that insists on a certificate refuses a client without one, ${version}`, async (t) => {
    const { url } = await startWsServer(t, {
      tls: { ...server, ca, requestCert: true, rejectUnauthorized: true, maxVersion: version },
    });
    const error = await rejection(new WebSocketStream(url, { tls: { ca } }).opened);
    assert.equal(error.cause.code, code);
  });
}
