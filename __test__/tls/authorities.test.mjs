import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { Authority, selfSigned } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const other = await Authority.create('Another authority');
const certificate = await authority.issue();

async function open(url, tls) {
  const wss = new WebSocketStream(url, { tls });
  const info = await within(wss.opened, 'the connection is open');
  wss.close();
  return info;
}

test('tls.ca trusts the servers of that authority', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate });
  const { tls } = await open(url, { ca: authority.pem });
  assert.equal(tls.protocol, 'TLSv1.3');
});

test('tls.ca takes a Buffer, a bundle and a list', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate });
  await open(url, { ca: Buffer.from(authority.pem) });
  await open(url, { ca: `# a comment\n${other.pem}\n${authority.pem}` });
  await open(url, { ca: [other.pem, Buffer.from(authority.pem)] });
});

test('tls.ca takes the place of all other authorities', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate });
  const error = await rejection(new WebSocketStream(url, { tls: { ca: other.pem } }).opened);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(error.cause.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('tls: connections with different options do not share their trust', async (t) => {
  const { url } = await startWsServer(t, { tls: certificate });
  await open(url, { rejectUnauthorized: false });
  await open(url, { ca: authority.pem });
  const error = await rejection(new WebSocketStream(url, { tls: { ca: other.pem } }).opened);
  assert.equal(error.cause.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('tls.ca may be the self-signed certificate of the server itself', async (t) => {
  const own = await selfSigned();
  const { url } = await startWsServer(t, { tls: own });
  await open(url, { ca: own.cert });
});

test('a self-signed certificate is refused with the code of Node', async (t) => {
  const { url } = await startWsServer(t, { tls: await selfSigned() });
  const error = await rejection(new WebSocketStream(url).opened);
  assert.equal(error.cause.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
});

test('an expired certificate is refused with the code of Node', async (t) => {
  const { url } = await startWsServer(t, { tls: await authority.issue({ expired: true }) });
  const error = await rejection(new WebSocketStream(url, { tls: { ca: authority.pem } }).opened);
  assert.equal(error.cause.code, 'CERT_HAS_EXPIRED');
});

test('tls.rejectUnauthorized: false accepts any certificate', async (t) => {
  const { url } = await startWsServer(t, { tls: await selfSigned() });
  await open(url, { rejectUnauthorized: false });
});

test('a certificate for another name is refused with the code of Node', async (t) => {
  const { url } = await startWsServer(t, { tls: await authority.issue({ hosts: ['a.example'] }) });
  const error = await rejection(new WebSocketStream(url, { tls: { ca: authority.pem } }).opened);
  assert.equal(error.cause.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
});
