import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { startNginx } from '../helpers/nginx.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const authority = await Authority.create();
const ca = authority.pem;
const tls = await authority.issue();
const client = await authority.issue({ hosts: ['a client'], client: true });
const stranger = await (
  await Authority.create('Stranger')
).issue({ hosts: ['a stranger'], client: true });

/** nginx in front of an echo server of ws, which notes the requests that it gets. */
async function startPair(t, { ws, ...options } = {}) {
  const requests = [];
  const server = await startWsServer(t, { ws });
  server.server.on('connection', (_, request) => requests.push(request));
  const nginx = await startNginx(t, { upstream: server.port, ...options });
  return { requests, url: nginx.url };
}

/** Echoes messages of many sizes, and closes. */
async function talk(t, url, options) {
  const wss = new WebSocketStream(url, options);
  t.after(() => wss.terminate());
  const info = await within(wss.opened, 'the connection is open');
  const [reader, writer] = [info.readable.getReader(), info.writable.getWriter()];
  for (const size of [0, 1, 125, 126, 4096, 65_536, 1_000_000]) {
    const text = 'grün und blau '.repeat(Math.ceil(size / 14)).slice(0, size);
    const writes = [writer.write(text), writer.write(new Uint8Array(size).fill(size))];
    assert.equal((await reader.read()).value, text);
    const { value } = await reader.read();
    assert.deepEqual([value.length, value[size - 1]], [size, size ? size & 255 : undefined]);
    await Promise.all(writes);
  }
  wss.close({ closeCode: 4000, reason: 'done' });
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: 'done' });
  return info;
}

test('nginx passes a connection on to a server of ws', async (t) => {
  const { requests, url } = await startPair(t);
  const { response } = await talk(t, `${url}chat?room=1`, { headers: { 'X-Name': 'value' } });
  assert.match(response.headers.get('server'), /^nginx/);
  assert.equal(requests[0].url, '/chat?room=1');
  assert.equal(requests[0].headers['x-name'], 'value');
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`nginx with ${version} passes a connection on, and resumes the session`, async (t) => {
    const { url } = await startPair(t, { tls, lines: [`ssl_protocols ${version};`] });
    const first = await talk(t, url, { tls: { ca } });
    assert.equal(first.tls.protocol, version);
    assert.equal(first.tls.sessionReused, false);
    const second = await talk(t, url, { tls: { ca } });
    assert.equal(second.tls.sessionReused, true);
  });

  test(`nginx with ${version} sees the client's certificate, required or not`, async (t) => {
    for (const verify of ['on', 'optional']) {
      const lines = [`ssl_protocols ${version};`, `ssl_verify_client ${verify};`];
      const { requests, url } = await startPair(t, { tls, lines, clientAuthority: ca });
      await talk(t, url, { tls: { ca, ...client } });
      assert.equal(requests[0].headers['x-client'], 'CN=a client');
    }
  });

  test(`nginx with ${version} that requires a certificate refuses a client without a good one`, async (t) => {
    const lines = [`ssl_protocols ${version};`, 'ssl_verify_client on;'];
    const { requests, url } = await startPair(t, { tls, lines, clientAuthority: ca });
    // nginx ends the handshake of TLS, and tells in HTTP what is missing.
    for (const [identity, message] of [
      [{}, /No required SSL certificate was sent/],
      [stranger, /The SSL certificate error/],
    ]) {
      const wss = new WebSocketStream(url, { tls: { ca, ...identity } });
      const error = await rejection(wss.opened);
      assert.equal(error.cause.code, 'ERR_WEBSOCKET_REFUSED');
      assert.equal(error.response.status, 400);
      assert.match(Buffer.from(error.response.body).toString(), message);
    }
    assert.equal(requests.length, 0);
  });

  test(`nginx with ${version} and an optional certificate lets a client without one in`, async (t) => {
    const lines = [`ssl_protocols ${version};`, 'ssl_verify_client optional;'];
    const { requests, url } = await startPair(t, { tls, lines, clientAuthority: ca });
    await talk(t, url, { tls: { ca } });
    assert.equal(requests[0].headers['x-client'], undefined);
  });
}

test('the certificate of nginx has to be for the name in the URL', async (t) => {
  const { url } = await startPair(t, { tls: await authority.issue({ hosts: ['other.test'] }) });
  const error = await rejection(new WebSocketStream(url, { tls: { ca } }).opened);
  assert.equal(error.cause.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  await talk(t, url, { tls: { ca, servername: 'other.test' } });
});

test('permessage-deflate goes through nginx', async (t) => {
  const ws = { perMessageDeflate: { threshold: 0 } };
  const { url } = await startPair(t, { tls, ws });
  const { extensions } = await talk(t, url, { tls: { ca }, perMessageDeflate: { threshold: 0 } });
  assert.match(extensions, /^permessage-deflate/);
});

test('a page of nginx in place of a connection is in error.response', async (t) => {
  const { url } = await startPair(t);
  const { response } = await rejection(new WebSocketStream(`${url}plain`).opened);
  assert.equal(response.status, 404);
  assert.equal(Buffer.from(response.body).toString(), 'nothing here');
});

test('a redirect of nginx is followed', async (t) => {
  const { requests, url } = await startPair(t, { tls });
  await talk(t, `${url}old`, { tls: { ca }, maxRedirects: 1 });
  assert.equal(requests[0].url, '/new');
});

test('a server that is gone behind nginx is a refusal with 502', async (t) => {
  const { url } = await startNginx(t, { upstream: 1 });
  const error = await rejection(new WebSocketStream(url).opened);
  assert.equal(error.response.status, 502);
  assert.match(Buffer.from(error.response.body).toString(), /Bad Gateway/);
});
