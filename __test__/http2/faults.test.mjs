import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { collect } from '../helpers/collect.mjs';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { FLAG, startFrameServer, STATUS_200, TYPE, words } from '../helpers/http2-frames.mjs';
import { startHttp2Server } from '../helpers/http2-server.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { until, within } from '../helpers/until.mjs';

function connect(t, url, options) {
  const wss = new WebSocketStream(url, { http2: true, ...options });
  wss.closed.catch(() => {});
  t.after(() => wss.terminate());
  return wss;
}

const opened = (wss) => within(wss.opened, 'the connection is open');

function sendText(connection, streamId, text) {
  const payload = encodeFrame({ opcode: OPCODE.text, payload: text });
  connection.send({ type: TYPE.data, streamId, payload });
}

const answer = (connection, streamId) =>
  connection.send({ type: TYPE.headers, flags: FLAG.endHeaders, streamId, payload: STATUS_200 });

test('after GOAWAY open streams go on, and new ones have a new connection', async (t) => {
  const server = await startFrameServer(t);
  const first = connect(t, server.url);
  const { readable } = await opened(first);
  const connection = await server.connection();
  connection.goAway(1, 0);
  sendText(connection, 1, 'going on');
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'going on');
  await opened(connect(t, server.url));
  assert.equal(server.connections.length, 2);
  sendText(connection, 1, 'still');
  assert.equal((await reader.read()).value, 'still');
});

for (const [title, refuse] of [
  ['a reset with REFUSED_STREAM', (connection, id) => connection.reset(id, REFUSED_STREAM)],
  ['a GOAWAY that leaves it out', (connection, id) => connection.goAway(id - 2, 0)],
]) {
  test(`${title}: the request is sent once more, in a new connection`, async (t) => {
    let requests = 0;
    const server = await startFrameServer(t, {
      onRequest(connection, id) {
        requests += 1;
        if (requests === 2) refuse(connection, id);
        else answer(connection, id);
      },
    });
    const first = connect(t, server.url);
    const { readable } = await opened(first);
    await opened(connect(t, server.url));
    assert.deepEqual([requests, server.connections.length], [3, 2]);
    sendText(await server.connection(), 1, 'unharmed');
    assert.equal((await readable.getReader().read()).value, 'unharmed');
  });
}

test('a request that is refused twice fails, and says why', async (t) => {
  const server = await startFrameServer(t, {
    onRequest: (connection, id) => connection.reset(id, REFUSED_STREAM),
  });
  const error = await rejection(connect(t, server.url).opened);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HTTP2');
  assert.match(error.cause.message, /REFUSED_STREAM/);
  assert.equal(server.connections.length, 2);
});

test('a request whose fate is unknown is not sent again', async (t) => {
  const server = await startFrameServer(t, {
    onRequest: (connection) => connection.socket.destroy(),
  });
  const error = await rejection(connect(t, server.url).opened);
  assert.equal(error.cause.code, 'ECONNRESET');
  assert.equal(server.connections.length, 1);
});

test('a reset before the answer tells its code', async (t) => {
  const server = await startFrameServer(t, {
    onRequest: (connection, id) => connection.reset(id, 2),
  });
  const { cause } = await rejection(connect(t, server.url).opened);
  assert.equal(cause.code, 'ERR_WEBSOCKET_HTTP2');
  assert.match(cause.message, /INTERNAL_ERROR/);
});

for (const [title, end] of [
  ['ends', (socket) => socket.end()],
  ['is reset', (socket) => socket.resetAndDestroy()],
]) {
  test(`when the socket ${title}, every stream has an unclean end, and the next one a new connection`, async (t) => {
    const server = await startFrameServer(t);
    const streams = [connect(t, server.url), connect(t, server.url), connect(t, server.url)];
    await Promise.all(streams.map(opened));
    const connection = await server.connection();
    end(connection.socket);
    for (const wss of streams) {
      const error = await rejection(wss.closed);
      assertWebSocketError(error, { closeCode: 1006 });
      assert.equal(error.cause.code, 'ECONNRESET');
    }
    await opened(connect(t, server.url));
    assert.equal(server.connections.length, 2);
  });
}

test('a session that Node destroys is an unclean end of its streams', async (t) => {
  const server = await startHttp2Server(t);
  const streams = [connect(t, server.url), connect(t, server.url)];
  await Promise.all(streams.map(opened));
  server.sessions[0].destroy();
  for (const wss of streams) assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
  await opened(connect(t, server.url));
  assert.equal(server.sessions.length, 2);
});

test('a session that Node closes lets its streams end in peace', async (t) => {
  const server = await startHttp2Server(t);
  const wss = connect(t, server.url);
  const { readable, writable } = await opened(wss);
  server.sessions[0].close();
  await writable.getWriter().write('after GOAWAY');
  assert.equal((await readable.getReader().read()).value, 'after GOAWAY');
  wss.close({ closeCode: 1000 });
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
  await until(() => server.open === 0, 'the connection is closed');
});

test('messages in the same packet as the answer arrive, behind informational answers', async (t) => {
  const server = await startFrameServer(t, {
    onRequest(connection, streamId) {
      // A literal `:status: 103` by the index of its name.
      const early = Buffer.from([8, 3, 0x31, 0x30, 0x33]);
      const head = { type: TYPE.headers, flags: FLAG.endHeaders, streamId };
      const payload = encodeFrame({ opcode: OPCODE.text, payload: 'at once' });
      connection.socket.cork();
      connection.send({ ...head, payload: early });
      connection.send({ ...head, payload: STATUS_200 });
      connection.send({ type: TYPE.data, streamId, payload });
      connection.socket.uncork();
    },
  });
  const { readable } = await opened(connect(t, server.url));
  assert.equal((await within(readable.getReader().read(), 'the message')).value, 'at once');
});

test('settings without room for a stream are waited for until they change', async (t) => {
  const server = await startFrameServer(t, {
    settings: [
      [8, 1],
      [3, 0],
    ],
  });
  const wss = connect(t, server.url);
  const connection = await server.connection();
  await connection.next(TYPE.windowUpdate);
  assert.equal(connection.frames.length, 0);
  connection.send({ type: TYPE.settings, payload: Buffer.from([0, 3, 0, 0, 0, 1]) });
  await opened(wss);
  assert.equal(server.connections.length, 1);
});

for (const [title, flood] of [
  ['a header block without end', (connection) => floodOfContinuations(connection)],
  [
    'empty DATA frames without end',
    (connection) => floodOf(connection, { type: TYPE.data, streamId: 1 }),
  ],
  ['a PUSH_PROMISE', (connection) => push(connection)],
  ['DATA on a stream that was never opened', (connection) => stray(connection)],
]) {
  test(`${title} ends the stream, and says that the server broke HTTP/2`, async (t) => {
    const server = await startFrameServer(t);
    const wss = connect(t, server.url);
    const { readable } = await opened(wss);
    const connection = await server.connection();
    flood(connection);
    const error = await rejection(collect(readable));
    assert.equal(await rejection(wss.closed), error);
    assertWebSocketError(error, { closeCode: 1006 });
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HTTP2');
    assert.match(error.cause.message, /broke the rules or limits of HTTP\/2 \([A-Z_]+\)/);
  });
}

test('more DATA than the window allows is an end behind what came before', async (t) => {
  const server = await startFrameServer(t);
  const { readable } = await opened(connect(t, server.url, { receiveBuffer: 1024 }));
  const connection = await server.connection();
  // Nobody reads, and the smallest window is 64 KiB.
  const payload = encodeFrame({ opcode: OPCODE.binary, payload: Buffer.alloc(16_000) });
  for (let i = 0; i < 64; i++) connection.send({ type: TYPE.data, streamId: 1, payload });
  await connection.next(TYPE.reset);
  const reader = readable.getReader();
  for (let i = 0; i < 4; i++) assert.equal((await reader.read()).value.length, 16_000);
  const error = await rejection(
    (async () => {
      while (!(await reader.read()).done);
    })(),
  );
  assert.match(error.cause.message, /FLOW_CONTROL_ERROR/);
});

test('a head of more than 64 KiB is refused, and the limit named', async (t) => {
  const server = await startFrameServer(t, {
    onRequest(connection, streamId) {
      // A literal header field each, with a name of one character and a value of 127.
      const field = Buffer.concat([Buffer.from([0, 1, 0x78, 126]), Buffer.alloc(126, 'y')]);
      const fields = Buffer.concat(Array.from({ length: 100 }, () => field));
      connection.send({ type: TYPE.headers, streamId, payload: STATUS_200 });
      for (let i = 0; i < 5; i++) {
        const flags = i === 4 ? FLAG.endHeaders : 0;
        connection.send({ type: TYPE.continuation, flags, streamId, payload: fields });
      }
    },
  });
  const { cause } = await rejection(connect(t, server.url).opened);
  assert.equal(cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
  assert.match(cause.message, /64 KiB/);
});

for (const [title, frame] of [
  ['PING', { type: TYPE.ping, payload: Buffer.alloc(8) }],
  ['SETTINGS', { type: TYPE.settings, payload: Buffer.from([0, 3, 0, 0, 0, 100]) }],
]) {
  test(`many ${title} frames leave a stream as it is`, async (t) => {
    const server = await startFrameServer(t);
    const { readable } = await opened(connect(t, server.url));
    const connection = await server.connection();
    for (let i = 0; i < 2000; i++) connection.send(frame);
    sendText(connection, 1, 'through');
    assert.equal((await within(readable.getReader().read(), 'the message')).value, 'through');
  });
}

function floodOf(connection, frame) {
  for (let i = 0; i < 10_000; i++) connection.send(frame);
}

function floodOfContinuations(connection) {
  connection.send({ type: TYPE.headers, streamId: 1, payload: STATUS_200 });
  floodOf(connection, { type: TYPE.continuation, streamId: 1, payload: Buffer.alloc(1000, 0x88) });
}

function push(connection) {
  const payload = Buffer.concat([words(2), STATUS_200]);
  connection.send({ type: TYPE.push, flags: FLAG.endHeaders, streamId: 1, payload });
}

function stray(connection) {
  connection.send({ type: TYPE.data, streamId: 7, payload: Buffer.from('stray') });
}

const REFUSED_STREAM = 7;
