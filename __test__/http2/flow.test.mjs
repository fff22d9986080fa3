import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { startFrameServer, TYPE } from '../helpers/http2-frames.mjs';
import { acceptStream, startHttp2Server } from '../helpers/http2-server.mjs';
import { test } from '../helpers/test.mjs';
import { until, untilSteady, within } from '../helpers/until.mjs';

const MIB = 1024 * 1024;

async function open(t, url, options) {
  const wss = new WebSocketStream(url, { http2: true, perMessageDeflate: false, ...options });
  wss.closed.catch(() => {});
  t.after(() => wss.terminate());
  const info = await within(wss.opened, 'the connection is open');
  return { wss, reader: info.readable.getReader(), writer: info.writable.getWriter() };
}

/** A server whose path says what it does: `/flood` sends without end, `/deaf` reads nothing. */
async function startFlowServer(t, settings) {
  const floods = [];
  const server = await startHttp2Server(t, {
    settings,
    onStream(stream, headers) {
      const socket = acceptStream(stream);
      if (headers[':path'] === '/flood') floods.push(flood(socket));
      else if (headers[':path'] === '/deaf') socket.pause();
      else socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      return undefined;
    },
  });
  return Object.assign(server, { floods });
}

function flood(socket) {
  const counter = { begun: 0, sent: 0 };
  const next = () => {
    const message = Buffer.alloc(1000);
    message.writeUInt32BE(counter.begun);
    counter.begun += 1;
    socket.send(message, (error) => {
      if (error) return;
      counter.sent += 1;
      setImmediate(next);
    });
  };
  for (let i = 0; i < 100; i++) next();
  return counter;
}

test('what nobody reads stops the server within the stream window, and comes in order later', async (t) => {
  const server = await startFrameServer(t);
  const { wss, reader } = await open(t, server.url, { receiveBuffer: 64 * 1024 });
  const connection = await server.connection();
  const messages = 200;
  // What a server may have under way: the window, and nothing before more is given back.
  let window = 65_536;
  let sent = 0;
  const fill = () => {
    for (const { streamId, payload } of connection.frames.splice(0)) {
      if (streamId === 1 && payload.length === 4) window += payload.readUInt32BE(0);
    }
    while (sent < messages && window >= 8200) {
      const content = Buffer.alloc(8192);
      content.writeUInt32BE(sent);
      const payload = encodeFrame({ opcode: OPCODE.binary, payload: content });
      connection.send({ type: TYPE.data, streamId: 1, payload });
      window -= payload.length;
      sent += 1;
    }
    return sent;
  };
  await untilSteady(fill, 'what the client takes');
  assert.ok(sent < messages / 2, `${sent} messages taken`);
  const { receiveBuffered } = wss.stats;
  assert.ok(receiveBuffered <= 2 * 64 * 1024, `${receiveBuffered} bytes held`);
  let read = 0;
  const reading = (async () => {
    for (; read < messages; read++) {
      const { value } = await reader.read();
      assert.equal(new DataView(value.buffer).getUint32(0), read);
    }
  })();
  await until(() => fill() === messages && read === messages, 'all messages are read');
  await reading;
});

test('tiny frames that nobody reads stop no other stream, and are read in order later', async (t) => {
  const server = await startFrameServer(t);
  const { reader } = await open(t, server.url, { receiveBuffer: 1024 });
  const other = await open(t, server.url, { receiveBuffer: 1024 });
  const connection = await server.connection();
  const count = 10_000;
  for (let i = 0; i < count; i++) {
    const payload = encodeFrame({ opcode: OPCODE.text, payload: String(i % 10) });
    connection.send({ type: TYPE.data, streamId: 1, payload });
  }
  const payload = encodeFrame({ opcode: OPCODE.text, payload: 'other' });
  connection.send({ type: TYPE.data, streamId: 3, payload });
  assert.equal((await within(other.reader.read(), 'the other message')).value, 'other');
  for (let i = 0; i < count; i++) {
    assert.equal((await within(reader.read(), `message ${i}`)).value, String(i % 10));
  }
});

test('a stream that nobody reads stops no other stream of the connection', async (t) => {
  const server = await startFlowServer(t);
  const stalled = [];
  for (let i = 0; i < 10; i++) stalled.push(await open(t, `${server.url}flood`));
  const { floods } = server;
  await untilSteady(() => floods.reduce((sum, { sent }) => sum + sent, 0), 'the floods');
  const other = await open(t, server.url);
  for (const size of [10, 1000, MIB]) {
    const message = new Uint8Array(size);
    other.writer.write(message);
    assert.equal((await within(other.reader.read(), 'the echo')).value.length, size);
  }
  assert.equal(server.sessions.length, 1);
  for (const { reader } of stalled) {
    for (let i = 0; i < 2000; i++) {
      const { value } = await within(reader.read(), 'a message');
      assert.equal(new DataView(value.buffer).getUint32(0), i);
    }
  }
});

test('a writer waits for the window of the server, and its stream stops no other', async (t) => {
  const server = await startFlowServer(t, { initialWindowSize: 65_535 });
  const stalled = await open(t, `${server.url}deaf`);
  let written = 0;
  const writing = (async () => {
    for (;;) {
      await stalled.writer.ready;
      stalled.writer.write(new Uint8Array(10_000)).catch(() => {});
      written += 10_000;
    }
  })();
  writing.catch(() => {});
  const most = await untilSteady(() => written, 'what is written', { quiet: 500 });
  assert.ok(most < MIB, `${most} bytes written`);
  const { sendBuffered } = stalled.wss.stats;
  // A writer that waits goes on at half of the budget.
  assert.ok(sendBuffered > MIB / 8 && sendBuffered < MIB, `${sendBuffered} bytes wait`);
  const other = await open(t, server.url);
  const message = new Uint8Array(MIB);
  other.writer.write(message);
  assert.equal((await within(other.reader.read(), 'the echo')).value.length, MIB);
  assert.equal(server.sessions.length, 1);
});

test('a writer goes on when the server reads on', async (t) => {
  let resume;
  const received = [];
  const server = await startHttp2Server(t, {
    onStream(stream) {
      const socket = acceptStream(stream);
      socket.pause();
      resume = () => socket.resume();
      socket.on('message', (data) => received.push(data.length));
    },
  });
  const { wss, writer } = await open(t, server.url);
  for (let i = 0; i < 40; i++) writer.write(new Uint8Array(100_000));
  await untilSteady(() => wss.stats.bytesSent, 'what is sent');
  assert.ok(wss.stats.bytesSent < 3 * MIB, `${wss.stats.bytesSent} bytes sent`);
  resume();
  await until(() => received.length === 40, 'all messages');
  assert.ok(received.every((length) => length === 100_000));
});
