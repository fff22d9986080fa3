import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startProxy } from '../helpers/proxy.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const heartbeat = { interval: 50, timeout: 100 };

/** Behind the handshake, whatever that takes with TLS, and in the midst of what follows. */
const PASSES = 40_000;

/** Exchanges messages until the network swallows them. */
async function talk({ readable, writable }) {
  const writer = writable.getWriter();
  const reader = readable.getReader();
  for (;;) {
    await writer.write(new Uint8Array(3000));
    await reader.read();
  }
}

for (const secure of [false, true]) {
  for (const direction of ['down', 'up']) {
    const title = `${secure ? 'with TLS, ' : ''}a network that goes silent ${direction}wards`;
    test(`${title} is noticed by the heartbeat`, async (t) => {
      const authority = await Authority.create();
      const tls = secure ? await authority.issue() : undefined;
      const { port } = await startWsServer(t, { tls });
      const proxy = await startProxy(t, port, { [direction]: { after: PASSES, how: 'stall' } });
      const url = secure ? proxy.url('wss', 'localhost') : proxy.url();
      const wss = new WebSocketStream(url, { heartbeat, tls: { ca: authority.pem } });
      const failed = rejection(talk(await wss.opened));
      const error = await rejection(wss.closed);
      assertWebSocketError(error, { closeCode: 1006 });
      assert.equal(error.cause.code, 'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT');
      assert.equal(await failed, error);
    });
  }
}

test('200 connections whose network goes silent all end, each with its own error', async (t) => {
  const { port } = await startWsServer(t);
  const proxy = await startProxy(t, port, { down: { after: 2000, how: 'stall' } });
  const connections = Array.from(
    { length: 200 },
    () => new WebSocketStream(proxy.url(), { heartbeat }),
  );
  const infos = await Promise.all(connections.map((wss) => wss.opened));
  const talks = infos.map((info) => rejection(talk(info)));
  const errors = await Promise.all(connections.map((wss) => rejection(wss.closed)));
  assert.equal(new Set(errors).size, 200);
  for (const { cause } of errors) assert.equal(cause.code, 'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT');
  assert.deepEqual(await Promise.all(talks), errors);
});
