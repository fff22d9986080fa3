import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fixtureResult } from '../helpers/child.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority, selfSigned } from '../helpers/tls.mjs';

const authority = await Authority.create();
const stranger = await Authority.create('Stranger');

/**
 * @param {import('node:test').TestContext} t
 * @param {{ cert: string, key: string }} certificate
 * @param {{ trust?: boolean, tls?: object, env?: Record<string, string> }} [options]
 */
async function connectTo(t, certificate, { trust = true, tls = {}, env = {} } = {}) {
  const server = await startServer(t, { tls: { ...certificate, ...tls } });
  const extra = trust ? { NODE_EXTRA_CA_CERTS: await authority.file(t) } : {};
  const result = await fixtureResult(new URL('./fixtures/connect.mjs', import.meta.url), {
    args: [server.url],
    env: { ...extra, ...env },
  });
  return { server, result };
}

test('an authority in NODE_EXTRA_CA_CERTS is trusted', async (t) => {
  const certificate = await authority.issue();
  const { result, server } = await connectTo(t, certificate);
  assert.equal(result.opened, true, result.message);
  assert.equal(result.remotePort, server.port);
});

test('opened tells what TLS agreed on', async (t) => {
  const certificate = await authority.issue();
  const { result } = await connectTo(t, certificate);
  assert.deepEqual(result.members, [
    'alpnProtocol',
    'cipher',
    'peerCertificate',
    'protocol',
    'sessionReused',
  ]);
  assert.equal(result.protocol, 'TLSv1.3');
  assert.equal(result.alpnProtocol, null);
  assert.match(result.cipher, /^TLS_[A-Z0-9_]+$/);
  const seen = new X509Certificate(Buffer.from(result.peerCertificate, 'base64'));
  assert.equal(seen.fingerprint256, new X509Certificate(certificate.cert).fingerprint256);
});

test('a server that only speaks TLS 1.2 is reached', async (t) => {
  const certificate = await authority.issue();
  const { result } = await connectTo(t, certificate, { tls: { maxVersion: 'TLSv1.2' } });
  assert.equal(result.opened, true, result.message);
  assert.equal(result.protocol, 'TLSv1.2');
});

const refused = [
  ['of an unknown authority', () => stranger.issue(), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['that signed itself', () => selfSigned(), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'for another host',
    () => authority.issue({ hosts: ['other.test'] }),
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  ['that has expired', () => authority.issue({ expired: true }), 'CERT_HAS_EXPIRED'],
];

for (const [title, make, code] of refused) {
  test(`a certificate ${title} is refused with the code of Node, ${code}`, async (t) => {
    const { result, server } = await connectTo(t, await make());
    assert.equal(result.opened, false);
    assert.equal(result.name, 'WebSocketError');
    assert.equal(result.nodeCode, code, 'what Node itself says');
    assert.equal(result.code, code, result.message);
    assert.ok(result.message.includes(`localhost:${server.port}`), result.message);
  });
}

test('without NODE_EXTRA_CA_CERTS the authority of the test is unknown', async (t) => {
  const { result } = await connectTo(t, await authority.issue(), { trust: false });
  assert.equal(result.opened, false);
  assert.equal(result.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 accepts any certificate, as it does in Node', async (t) => {
  const { result } = await connectTo(t, await selfSigned(), {
    trust: false,
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  });
  assert.equal(result.opened, true, result.message);
});

test('a server that speaks no TLS is refused', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const result = await fixtureResult(new URL('./fixtures/connect.mjs', import.meta.url), {
    args: [`wss://localhost:${server.address().port}/`],
  });
  assert.equal(result.opened, false);
  assert.equal(result.name, 'WebSocketError');
  assert.equal(typeof result.code, 'string', result.message);
});
