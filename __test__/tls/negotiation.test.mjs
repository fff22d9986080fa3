import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const ca = authority.pem;
const certificate = await authority.issue();

async function negotiate(t, tls, server = {}) {
  const { url } = await startWsServer(t, { tls: { ...certificate, ...server } });
  return connect(url, tls);
}

async function connect(url, tls) {
  const wss = new WebSocketStream(url, { tls: { ca, ...tls } });
  const { tls: facts, readable, writable } = await within(wss.opened, 'the connection is open');
  // One message there and back: the tickets of TLS 1.3 come behind the handshake.
  await writable.getWriter().write('x');
  await readable.getReader().read();
  wss.close();
  await wss.closed;
  return facts;
}

test('tls.maxVersion TLSv1.2 is what a newer server agrees to', async (t) => {
  assert.equal((await negotiate(t, { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
});

test('tls.minVersion TLSv1.3 refuses an older server', async (t) => {
  const { url } = await startWsServer(t, { tls: { ...certificate, maxVersion: 'TLSv1.2' } });
  const wss = new WebSocketStream(url, { tls: { ca, minVersion: 'TLSv1.3' } });
  assert.match((await rejection(wss.opened)).cause.code, /^ERR_SSL_.*PROTOCOL/);
});

test('tls.ciphers chooses suites by their names of OpenSSL and of IANA', async (t) => {
  for (const [ciphers, protocol, cipher] of [
    ['TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
    ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
    [
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      'TLSv1.2',
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    ],
  ]) {
    const facts = await negotiate(t, { ciphers });
    assert.deepEqual([facts.protocol, facts.cipher], [protocol, cipher]);
  }
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`tls.session: sessions of ${version} are resumed by default`, async (t) => {
    const { url } = await startWsServer(t, { tls: { ...certificate, maxVersion: version } });
    assert.equal((await connect(url)).sessionReused, false);
    assert.equal((await connect(url)).sessionReused, true);
  });

  test(`tls.session: false makes a new session of ${version} each time`, async (t) => {
    const { url } = await startWsServer(t, { tls: { ...certificate, maxVersion: version } });
    assert.equal((await connect(url, { session: false })).sessionReused, false);
    assert.equal((await connect(url, { session: false })).sessionReused, false);
  });
}
