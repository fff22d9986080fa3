import assert from 'node:assert/strict';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { encodeHttp2Frame, startFrameServer, TYPE } from '../helpers/http2-frames.mjs';
import { acceptStream, startHttp2Server } from '../helpers/http2-server.mjs';
import { startProgram } from '../helpers/program.mjs';
import { test } from '../helpers/test.mjs';
import { until, untilSteady } from '../helpers/until.mjs';

const MIB = 1024 * 1024;
const options = { http2: true, perMessageDeflate: false };

function startClient(t, url) {
  return startProgram(t, new URL('./fixtures/client.mjs', import.meta.url), [url]);
}

test('a client that reads nothing over HTTP/2 grows by less than 8 MiB, and later reads all in order', async (t) => {
  const count = 50_000;
  let sent = 0;
  const server = await startHttp2Server(t, {
    onStream(stream) {
      const socket = acceptStream(stream);
      const next = () => {
        if (sent === count) return;
        const message = Buffer.alloc(1024);
        message.writeUInt32BE(sent);
        sent += 1;
        socket.send(message, next);
      };
      socket.once('message', next);
    },
  });
  const program = startClient(t, server.url);
  await program.ask({ name: 'open', options });
  await program.ask({ name: 'warmUp', count: 1, size: 1 });
  await untilSteady(() => sent, 'what the server sends', { quiet: 1000 });
  assert.ok(sent * 1024 < 2 * MIB, `${sent} messages sent`);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 8 * MIB, `${growth} bytes more`);
  assert.equal(await program.ask({ name: 'readNumbered', count }, 60_000), count);
}, 120_000);

test('a client that writes to a server that gives no window grows by less than 8 MiB', async (t) => {
  let socket;
  let received = 0;
  const server = await startHttp2Server(t, {
    onStream(stream) {
      socket = acceptStream(stream);
      socket.on('message', () => {
        received += 1;
      });
    },
  });
  const program = startClient(t, server.url);
  await program.ask({ name: 'open', options });
  await program.ask({ name: 'warmUp', count: 2000, size: 10_000 });
  await until(() => received === 2000, 'the first messages');
  socket.pause();
  const written = await program.ask({ name: 'writeUntilBlocked', size: 10_000, quiet: 1000 });
  assert.ok(written * 10_000 < 2 * MIB, `${written} messages written`);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 8 * MIB, `${growth} bytes more`);
  socket.resume();
  await until(() => received >= 2000 + written, 'all messages');
});

test('a window full of frames of one byte that nobody reads fills no memory', async (t) => {
  const server = await startFrameServer(t);
  const program = startClient(t, server.url);
  const count = 10;
  await program.ask({ name: 'open', count, options: { ...options, receiveBuffer: MIB } });
  const connection = await server.connection();
  for (let stream = 0; stream < count; stream++) {
    const streamId = 2 * stream + 1;
    // A message that is too large for the reader to see, so its budget is not what stops it.
    const head = encodeFrame({ opcode: OPCODE.binary, length: 60 * MIB, payload: '' });
    connection.send({ type: TYPE.data, streamId, payload: head });
    const frame = encodeHttp2Frame({ type: TYPE.data, streamId, payload: Buffer.from('x') });
    const batch = Buffer.concat(Array.from({ length: 100_000 }, () => frame));
    connection.socket.write(batch);
  }
  await until(() => connection.socket.writableLength === 0, 'all is sent', 60_000);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 24 * MIB, `${growth} bytes more`);
}, 90_000);

test('opening and closing streams leaves no memory behind', async (t) => {
  const server = await startHttp2Server(t);
  const program = startClient(t, server.url);
  const cycle = { name: 'cycle', count: 500, options };
  // The first rounds fill the pools of the engine and of the allocator.
  for (let round = 0; round < 8; round++) await program.ask(cycle, 30_000);
  await program.ask({ name: 'open', count: 0 });
  const left = await program.ask(cycle, 30_000);
  assert.ok(left <= 2, `${left} streams of 500 are still there`);
  await program.ask(cycle, 30_000);
  const growth = await program.ask({ name: 'growth' });
  assert.ok(growth < 16 * MIB, `${growth} bytes more after 1000 streams`);
  assert.ok(server.sessions.length < 5, `${server.sessions.length} connections`);
}, 120_000);
