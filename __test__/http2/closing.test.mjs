import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { collect } from '../helpers/collect.mjs';
import { encodeClose, encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { FLAG, startFrameServer, TYPE } from '../helpers/http2-frames.mjs';
import { startHttp2Server } from '../helpers/http2-server.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { Peer } from '../helpers/peer.mjs';
import { test } from '../helpers/test.mjs';
import { until, within } from '../helpers/until.mjs';

const NO_ERROR = 0;
const CANCEL = 8;

/** A stream and the raw peer at its other end. */
async function openPeer(t, options = {}, server = undefined) {
  const used = server ?? (await startPeerServer(t));
  const number = used.peers.length;
  const wss = new WebSocketStream(used.url, { http2: true, ...options });
  wss.closed.catch(() => {});
  t.after(() => wss.terminate());
  const info = await within(wss.opened, 'the connection is open');
  return { server: used, wss, ...info, peer: used.peers[number], stream: used.streams[number] };
}

async function startPeerServer(t) {
  const peers = [];
  const server = await startHttp2Server(t, {
    onStream(stream, headers) {
      stream.respond({ ':status': 200 });
      peers.push(new Peer(stream, headers));
    },
  });
  return Object.assign(server, { peers });
}

for (const [code, reason] of [
  [1000, ''],
  [3001, 'because'],
  [undefined, ''],
]) {
  test(`a close with ${code ?? 'no code'} ends the stream on both sides, and not the connection`, async (t) => {
    const { server, wss, peer, stream } = await openPeer(t);
    const other = await openPeer(t, {}, server);
    wss.close(code === undefined ? {} : { closeCode: code, reason });
    assert.deepEqual(await peer.nextClose(), { code, reason });
    peer.sendClose(code, reason);
    assert.deepEqual(await wss.closed, { closeCode: code ?? 1005, reason });
    peer.end();
    await within(peer.ended, 'the end of the stream');
    await until(() => stream.destroyed, 'the stream is gone');
    assert.equal(stream.rstCode, NO_ERROR);
    other.peer.sendText('still here');
    assert.equal((await other.readable.getReader().read()).value, 'still here');
  });
}

test('a close by the server is answered, and the stream ended', async (t) => {
  const { wss, peer, stream, readable } = await openPeer(t);
  peer.sendText('last');
  peer.sendClose(4000, 'done');
  assert.deepEqual(await collect(readable), ['last']);
  assert.deepEqual(await peer.nextClose(), { code: 4000, reason: '' });
  await within(peer.ended, 'the end of the stream');
  peer.end();
  assert.deepEqual(await wss.closed, { closeCode: 4000, reason: 'done' });
  await until(() => stream.destroyed, 'the stream is gone');
  assert.equal(stream.rstCode, NO_ERROR);
});

test('a server that does not end the stream after the Close frames gets a reset', async (t) => {
  const { wss, peer, stream } = await openPeer(t);
  wss.close();
  await peer.nextClose();
  peer.sendClose();
  await wss.closed;
  await until(() => stream.destroyed, 'the stream is gone');
  assert.equal(stream.rstCode, CANCEL);
});

test('the answer to a Close frame and the end of the stream are one frame', async (t) => {
  const server = await startFrameServer(t);
  const wss = new WebSocketStream(server.url, { http2: true });
  await within(wss.opened, 'the connection is open');
  const connection = await server.connection();
  const payload = encodeFrame({ opcode: OPCODE.close, payload: encodeClose(1000) });
  connection.send({ type: TYPE.data, streamId: 1, payload });
  const { flags, payload: bytes } = await connection.next(TYPE.data);
  assert.equal(flags, FLAG.endStream);
  assert.equal(bytes[0], 0x88);
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
});

test('a server that says all and then wants to hear no more ends cleanly', async (t) => {
  const server = await startFrameServer(t);
  const wss = new WebSocketStream(server.url, { http2: true });
  const { readable, writable } = await within(wss.opened, 'the connection is open');
  const connection = await server.connection();
  const text = encodeFrame({ opcode: OPCODE.text, payload: 'last' });
  const close = encodeFrame({ opcode: OPCODE.close, payload: encodeClose(1000) });
  const payload = Buffer.concat([text, close]);
  connection.socket.cork();
  connection.send({ type: TYPE.data, flags: FLAG.endStream, streamId: 1, payload });
  connection.reset(1, NO_ERROR);
  connection.socket.uncork();
  assert.deepEqual(await collect(readable), ['last']);
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
  await rejection(writable.getWriter().closed);
});

test('terminate() resets the stream, and not the connection', async (t) => {
  const { server, wss, stream } = await openPeer(t);
  const other = await openPeer(t, {}, server);
  wss.terminate();
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
  await until(() => stream.destroyed, 'the stream is gone');
  assert.equal(stream.rstCode, CANCEL);
  assert.equal(server.sessions[0].destroyed, false);
  other.peer.sendText('still here');
  assert.equal((await other.readable.getReader().read()).value, 'still here');
});

for (const [name, code] of [
  ['CANCEL', CANCEL],
  ['INTERNAL_ERROR', 2],
  ['NO_ERROR', NO_ERROR],
]) {
  test(`a reset with ${name} is an unclean end, told by its name, behind what came before`, async (t) => {
    const server = await startFrameServer(t);
    const wss = new WebSocketStream(server.url, { http2: true });
    const { readable } = await within(wss.opened, 'the connection is open');
    const connection = await server.connection();
    const payload = encodeFrame({ opcode: OPCODE.text, payload: 'before' });
    connection.send({ type: TYPE.data, streamId: 1, payload });
    connection.reset(1, code);
    const reader = readable.getReader();
    assert.equal((await within(reader.read(), 'the message')).value, 'before');
    const error = await rejection(wss.closed);
    assertWebSocketError(error, { closeCode: 1006, reason: '' });
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_HTTP2');
    assert.match(error.cause.message, new RegExp(`reset the HTTP/2 stream \\(${name}\\)`));
    assert.equal(await rejection(reader.read()), error);
  });
}

test('the end of the stream without a Close frame is an unclean end', async (t) => {
  const { wss, peer, stream } = await openPeer(t);
  peer.end();
  const error = await rejection(wss.closed);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(error.cause.code, 'ECONNRESET');
  await until(() => stream.destroyed, 'the stream is gone');
});

test('a violation of the protocol ends one stream with its code', async (t) => {
  const { server, wss, peer } = await openPeer(t);
  const other = await openPeer(t, {}, server);
  peer.sendRaw(Buffer.from([0xf0, 0]));
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1002 });
  assert.equal((await peer.nextClose()).code, 1002);
  other.peer.sendText('still here');
  assert.equal((await other.readable.getReader().read()).value, 'still here');
});

test('what was written before close() arrives whole', async (t) => {
  const { wss, peer, writable } = await openPeer(t);
  const writer = writable.getWriter();
  const message = Buffer.alloc(1_000_000, 'x');
  writer.write(message);
  wss.close({ closeCode: 1000 });
  assert.ok((await peer.nextBinary()).equals(message));
  await peer.answerClose();
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
});

test('closeTimeout ends a stream whose server does not answer', async (t) => {
  const { wss, stream } = await openPeer(t, { closeTimeout: 100 });
  wss.close();
  const error = await rejection(wss.closed);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_CLOSE_TIMEOUT');
  await until(() => stream.destroyed, 'the stream is gone');
});
