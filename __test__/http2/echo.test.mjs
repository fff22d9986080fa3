import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { startHttp2Server } from '../helpers/http2-server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { echoCases } from '../interop/echo-cases.mjs';

const authority = await Authority.create();
const certificate = await authority.issue();
const tls = { ca: authority.pem };

echoCases("Node's http2 with ws", async (t) => (await startHttp2Server(t)).url, { http2: true });

echoCases(
  "Node's http2 with ws and TLS",
  async (t) => (await startHttp2Server(t, { tls: certificate })).url,
  { http2: 'auto', tls },
);

test('opened tells HTTP/2, the status and the ends of the shared connection', async (t) => {
  const server = await startHttp2Server(t, { tls: certificate });
  const wss = new WebSocketStream(server.url, { http2: true, tls });
  const info = await within(wss.opened, 'the connection is open');
  assert.equal(info.httpVersion, '2');
  assert.equal(info.response.status, 200);
  assert.equal(info.tls.alpnProtocol, 'h2');
  assert.equal(info.tls.protocol, 'TLSv1.3');
  const { socket } = server.sessions[0];
  assert.equal(info.remoteAddress, '127.0.0.1');
  assert.equal(info.remotePort, server.port);
  assert.equal(info.localPort, socket.remotePort);
  wss.close();
  await wss.closed;
});

test('the request is an extended CONNECT without what HTTP/1.1 needs', async (t) => {
  const server = await startHttp2Server(t);
  const url = `ws://user:pass@127.0.0.1:${server.port}/path?query=1`;
  const headers = { 'X-Own': 'value', Cookie: 'a=b' };
  const wss = new WebSocketStream(url, { http2: true, headers });
  await within(wss.opened, 'the connection is open');
  const { ...request } = server.requests[0];
  assert.equal(request[':method'], 'CONNECT');
  assert.equal(request[':protocol'], 'websocket');
  assert.equal(request[':scheme'], 'http');
  assert.equal(request[':authority'], `127.0.0.1:${server.port}`);
  assert.equal(request[':path'], '/path?query=1');
  assert.equal(request['sec-websocket-version'], '13');
  assert.equal(request['x-own'], 'value');
  assert.equal(request.cookie, 'a=b');
  assert.equal(request.authorization, `Basic ${btoa('user:pass')}`);
  for (const name of ['host', 'upgrade', 'connection', 'sec-websocket-key']) {
    assert.equal(request[name], undefined, name);
  }
  wss.close();
  await wss.closed;
});
