import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { within } from '../helpers/until.mjs';
import { echoCases } from './echo-cases.mjs';

async function connect(t, options, client) {
  const sockets = [];
  const onConnection = options?.onConnection;
  const server = await startWsServer(t, {
    ...options,
    ...(onConnection && {
      onConnection: (socket) => {
        sockets.push(socket);
        onConnection(socket);
      },
    }),
  });
  const wss = new WebSocketStream(server.url, client);
  return { wss, sockets, ...(await wss.opened) };
}

echoCases('ws', async (t) => (await startWsServer(t)).url);

for (const code of [1000, 1001, 1011, 3000, 4999]) {
  test(`the ws server can close with ${code}`, async (t) => {
    const onConnection = (socket) => socket.close(code, 'from ws');
    const { wss, readable } = await connect(t, { onConnection });
    assert.deepEqual(await wss.closed, { closeCode: code, reason: 'from ws' });
    assert.equal((await readable.getReader().read()).done, true);
  });
}

test('the ws server sees code and reason of close()', async (t) => {
  const { wss, sockets } = await connect(t, { onConnection: () => {} });
  const closed = once(sockets[0], 'close');
  wss.close({ closeCode: 4444, reason: 'from the client' });
  const [code, reason] = await closed;
  assert.deepEqual([code, reason.toString()], [4444, 'from the client']);
  assert.deepEqual(await wss.closed, { closeCode: 4444, reason: 'from the client' });
});

test('terminate() of the ws server is unclean', async (t) => {
  const { wss, sockets } = await connect(t, { onConnection: () => {} });
  sockets[0].terminate();
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
});

test('the ws server gets pongs for its pings', async (t) => {
  const { sockets } = await connect(t, { onConnection: () => {} });
  const pong = once(sockets[0], 'pong');
  sockets[0].ping('beat');
  const [payload] = await within(pong, 'the pong');
  assert.equal(payload.toString(), 'beat');
});

test('the ws server chooses a subprotocol', async (t) => {
  const handleProtocols = (offered) => [...offered].at(-1);
  const { protocol } = await connect(
    t,
    { ws: { handleProtocols } },
    { protocols: ['first', 'second'] },
  );
  assert.equal(protocol, 'second');
});

test('a ws server that could deflate is spoken to without when that is not offered', async (t) => {
  const { extensions, readable, writable } = await connect(
    t,
    { ws: { perMessageDeflate: true } },
    { perMessageDeflate: false },
  );
  assert.equal(extensions, '');
  await writable.getWriter().write('plain');
  const { value } = await readable.getReader().read();
  assert.equal(Buffer.from(value).toString(), 'plain');
});

test('the ws server refuses, and the answer is in the error', async (t) => {
  const server = await startWsServer(t, { ws: { verifyClient: (info, done) => done(false, 401) } });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assertWebSocketError(error);
  assert.equal(error.response.status, 401);
});

test('fragments of the ws server become one message', async (t) => {
  const { readable } = await connect(t, {
    onConnection(socket) {
      socket.send('one ', { fin: false });
      socket.send('two', { fin: true });
    },
  });
  assert.equal((await readable.getReader().read()).value, 'one two');
});
