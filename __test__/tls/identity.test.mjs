import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const ca = authority.pem;
const certificate = await authority.issue();
const foreign = await authority.issue({ hosts: ['a.example'] });

async function open(url, tls) {
  const wss = new WebSocketStream(url, { tls });
  const info = await within(wss.opened, 'the connection is open');
  wss.close();
  return info;
}

function pinOf(pem) {
  const spki = new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

test('tls.servername is what the certificate must be for, and what SNI carries', async (t) => {
  let sni;
  const SNICallback = (name, done) => {
    sni = name;
    done(null);
  };
  const { url } = await startWsServer(t, { tls: { ...foreign, SNICallback } });
  await open(url, { ca, servername: 'a.example' });
  assert.equal(sni, 'a.example');
});

test('an empty tls.servername sends no SNI', async (t) => {
  let asked = false;
  const SNICallback = (name, done) => {
    asked = true;
    done(null);
  };
  const { url } = await startWsServer(t, { tls: { ...certificate, SNICallback } });
  await open(url, { ca, servername: '' });
  assert.equal(asked, false);
});

test('tls.checkServerIdentity is given the host and the certificate and decides', async (t) => {
  const { url } = await startWsServer(t, { tls: foreign });
  const calls = [];
  const checkServerIdentity = (...args) => void calls.push(args);
  await open(url, { ca, checkServerIdentity });
  assert.equal(calls.length, 1);
  const [host, shown] = calls[0];
  assert.equal(host, 'localhost');
  assert.equal(shown.subject.CN, 'a.example');
  assert.equal(shown.subjectaltname, 'DNS:a.example');
  assert.deepEqual(shown.raw, new X509Certificate(foreign.cert).raw);
});

test('an error from tls.checkServerIdentity fails the connection before the request', async (t) => {
  const server = await startServer(t, { tls: certificate });
  const fault = new Error('not that one');
  for (const checkServerIdentity of [
    () => fault,
    () => {
      throw fault;
    },
  ]) {
    const wss = new WebSocketStream(server.url, { tls: { ca, checkServerIdentity } });
    const error = await rejection(wss.opened);
    assert.equal(error.cause, fault);
    assert.match(error.message, /not that one/);
  }
  assert.equal(server.requests.length, 0);
});

test('tls.checkServerIdentity does not replace the check of the chain', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate });
  let called = false;
  const checkServerIdentity = () => void (called = true);
  const error = await rejection(new WebSocketStream(url, { tls: { checkServerIdentity } }).opened);
  assert.equal(error.cause.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  assert.equal(called, false);
});

test('tls.pins accepts the public keys that it lists', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate });
  await open(url, { ca, pins: [pinOf(foreign.cert), pinOf(certificate.cert)] });
  await open(url, { ca, pins: pinOf(certificate.cert) });
});

test('tls.pins refuses other public keys, and that of the authority', async (t) => {
  const server = await startServer(t, { tls: certificate });
  for (const pins of [pinOf(foreign.cert), pinOf(ca)]) {
    const error = await rejection(new WebSocketStream(server.url, { tls: { ca, pins } }).opened);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_TLS_PIN');
  }
  assert.equal(server.requests.length, 0);
});

test('tls.pins holds for a resumed session', async (t) => {
  const { url } = await startWsServer(t, { tls: { ...certificate, maxVersion: 'TLSv1.2' } });
  await open(url, { ca });
  await open(url, { ca });
  const wss = new WebSocketStream(url, { tls: { ca, pins: pinOf(foreign.cert) } });
  assert.equal((await rejection(wss.opened)).cause.code, 'ERR_WEBSOCKET_TLS_PIN');
});
