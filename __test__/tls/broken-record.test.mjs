import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { WebSocketError, WebSocketStream } from '../../index.js';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { until } from '../helpers/until.mjs';

/** Each in a record of its own, or in several. */
const COUNT = 5;

const NO_TLS = Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n');

/** Decrypts to nothing: a record of application data that nobody has encrypted. */
const FORGED = Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)]);

/** An open connection through somebody who can hold back what the server sends, and break in. */
async function openThrough(t) {
  const authority = await Authority.create();
  const server = await startServer(t, { tls: await authority.issue() });
  const held = [];
  let client;
  let hold = false;
  const between = await startTcpServer(t, (socket) => {
    client = socket;
    const upstream = connect(new URL(server.url).port, '127.0.0.1');
    upstream.on('error', () => {});
    t.after(() => upstream.destroy());
    client.pipe(upstream);
    upstream.on('data', (bytes) => (hold ? held.push(bytes) : client.write(bytes)));
  });
  const wss = new WebSocketStream(`wss://localhost:${between.port}/`, {
    family: 4,
    tls: { ca: authority.pem },
  });
  const { readable } = await wss.opened;
  return {
    wss,
    reader: readable.getReader(),
    peer: await server.peer(),
    hold: () => (hold = true),
    heldBytes: () => held.reduce((sum, { length }) => sum + length, 0),
    /** In one piece with what was held back. */
    breakIn: (bytes) => client.write(Buffer.concat([...held.splice(0), bytes])),
  };
}

async function assertEnd({ reader, wss }, code) {
  await assert.rejects(reader.read(), (error) => {
    assert.ok(error instanceof WebSocketError);
    assert.equal(error.closeCode, 1006);
    assert.equal(error.cause.code, code);
    return true;
  });
  await assert.rejects(wss.closed, WebSocketError);
}

for (const [title, bytes, code] of [
  ['what is no TLS', NO_TLS, 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['a forged record', FORGED, 'EPROTO'],
]) {
  test(`${title} on an open connection ends it with a code of TLS, behind the messages before it`, async (t) => {
    const connection = await openThrough(t);
    const { peer, reader, breakIn } = connection;
    peer.sendText('before');
    assert.equal((await reader.read()).value, 'before');
    breakIn(bytes);
    await assertEnd(connection, code);
  });

  for (const size of [100, 10_000, 100_000]) {
    test(`${title} in one piece with messages of ${size} bytes does not hide them`, async (t) => {
      const connection = await openThrough(t);
      const { peer, reader, hold, heldBytes, breakIn } = connection;
      hold();
      for (let i = 0; i < COUNT; i++) peer.sendBinary(Buffer.alloc(size, i));
      await until(() => heldBytes() > COUNT * size, 'all records are on their way');
      breakIn(bytes);
      for (let i = 0; i < COUNT; i++) {
        assert.ok(Buffer.alloc(size, i).equals((await reader.read()).value));
      }
      await assertEnd(connection, code);
    });
  }
}
