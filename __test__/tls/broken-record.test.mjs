import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { WebSocketError, WebSocketStream } from '../../index.js';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';

test('what is no TLS on an open connection ends it with a code of TLS, behind the messages before it', async (t) => {
  const authority = await Authority.create();
  const server = await startServer(t, { tls: await authority.issue() });
  let breakIn;
  const between = await startTcpServer(t, (client) => {
    const upstream = connect(new URL(server.url).port, '127.0.0.1');
    upstream.on('error', () => {});
    t.after(() => upstream.destroy());
    client.pipe(upstream);
    upstream.pipe(client);
    breakIn = () => {
      upstream.unpipe(client);
      client.write('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    };
  });
  const wss = new WebSocketStream(`wss://localhost:${between.port}/`, {
    family: 4,
    tls: { ca: authority.pem },
  });
  const { readable } = await wss.opened;
  const reader = readable.getReader();
  const peer = await server.peer();
  peer.sendText('before');
  assert.equal((await reader.read()).value, 'before');
  breakIn();
  await assert.rejects(reader.read(), (error) => {
    assert.ok(error instanceof WebSocketError);
    assert.equal(error.closeCode, 1006);
    assert.equal(error.cause.code, 'ERR_SSL_WRONG_VERSION_NUMBER');
    return true;
  });
  await assert.rejects(wss.closed, WebSocketError);
});
