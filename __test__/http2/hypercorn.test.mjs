import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { startHypercorn } from '../helpers/python-server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';
import { echoCases } from '../interop/echo-cases.mjs';

const authority = await Authority.create();
const certificate = await authority.issue();
const tls = { ca: authority.pem };

echoCases('hypercorn', async (t) => (await startHypercorn(t)).url, { http2: true });

test('hypercorn with TLS agrees to HTTP/2, compression and a subprotocol', async (t) => {
  const { url } = await startHypercorn(t, { tls: certificate });
  const options = { http2: 'auto', tls, protocols: ['chat'] };
  const streams = Array.from({ length: 5 }, () => new WebSocketStream(url, options));
  const ports = new Set();
  const text = 'compressible '.repeat(1000);
  for (const wss of streams) {
    const info = await within(wss.opened, 'the connection is open');
    assert.equal(info.httpVersion, '2');
    assert.equal(info.protocol, 'chat');
    assert.match(info.extensions, /^permessage-deflate/);
    assert.equal(info.response.status, 200);
    ports.add(info.localPort);
    await info.writable.getWriter().write(text);
    assert.equal((await within(info.readable.getReader().read(), 'the echo')).value, text);
  }
  assert.equal(ports.size, 1);
  for (const wss of streams) {
    wss.close({ closeCode: 1000 });
    assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
  }
});

test('hypercorn: a close leaves the other streams of the connection alone', async (t) => {
  const { url } = await startHypercorn(t);
  const [first, second] = [0, 1].map(() => new WebSocketStream(url, { http2: true }));
  const { readable, writable, localPort } = await within(second.opened, 'the connection is open');
  assert.equal((await within(first.opened, 'the connection is open')).localPort, localPort);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  first.close({ closeCode: 1000 });
  assert.deepEqual(await first.closed, { closeCode: 1000, reason: '' });
  for (const message of ['one', 'two']) {
    await writer.write(message);
    assert.equal((await within(reader.read(), 'the echo')).value, message);
  }
  second.close({ closeCode: 1000 });
  await second.closed;
});

test('hypercorn can close with a code', async (t) => {
  const { url } = await startHypercorn(t);
  const wss = new WebSocketStream(`${url}close/4001`, { http2: true });
  assert.deepEqual(await wss.closed, { closeCode: 4001, reason: 'by path' });
});

test('hypercorn can refuse', async (t) => {
  const { url } = await startHypercorn(t);
  const error = await rejection(new WebSocketStream(`${url}refused`, { http2: true }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REFUSED');
  assert.equal(error.response.status, 403);
});
