import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';
import { runCommand, startCommand, startListen } from './command.mjs';

test('listen echoes text and bytes of all sizes to another client', async (t) => {
  const { url } = await startListen(t);
  const socket = new WebSocket(url);
  t.after(() => socket.terminate());
  await once(socket, 'open');
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
    for (const isBinary of [true, false]) {
      const sent = isBinary ? randomBytes(size) : 'ä'.repeat(size);
      socket.send(sent);
      const [data, wasBinary] = await once(socket, 'message');
      assert.equal(wasBinary, isBinary);
      assert.ok(data.equals(Buffer.from(sent)), `${size}`);
    }
  }
  socket.ping('hello');
  const [payload] = await once(socket, 'pong');
  assert.equal(String(payload), 'hello');
  socket.close(4000, 'bye');
  const [code, reason] = await once(socket, 'close');
  assert.deepEqual([code, String(reason)], [4000, 'bye']);
});

test('listen joins fragments, and answers Pings between them', async (t) => {
  const { url } = await startListen(t);
  const socket = new WebSocket(url);
  t.after(() => socket.terminate());
  await once(socket, 'open');
  socket.send('one ', { fin: false });
  socket.ping();
  socket.send('two', { fin: true });
  const [[data]] = await Promise.all([once(socket, 'message'), once(socket, 'pong')]);
  assert.equal(String(data), 'one two');
});

for (const [name, bytes, closeCode] of [
  ['a frame without a mask', [0x81, 0x01, 0x61], 1002],
  ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
  ['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0], 1002],
  ['a continuation of nothing', [0x80, 0x80, 0, 0, 0, 0], 1002],
  ['a fragmented Ping', [0x09, 0x80, 0, 0, 0, 0], 1002],
  ['text that is not UTF-8', [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
  ['an endless message', [0x82, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
]) {
  test(`listen answers ${name} with ${closeCode}`, async (t) => {
    const { url } = await startListen(t);
    const socket = new WebSocket(url);
    t.after(() => socket.terminate());
    await once(socket, 'open');
    socket._socket.write(Buffer.from(bytes));
    const [code] = await once(socket, 'close');
    assert.equal(code, closeCode);
  });
}

test('listen chooses the preferred subprotocol', async (t) => {
  const { url } = await startListen(t);
  const { code, stderr } = await runCommand(t, [url, '-p', 'b', '-p', 'a', '--linger', '0.1']);
  assert.equal(code, 0);
  assert.match(stderr, /with b\n/);
});

test('listen tells a browser that it is no web page', async (t) => {
  const { url } = await startListen(t);
  const response = await fetch(url.replace('ws:', 'http:'));
  assert.equal(response.status, 426);
});

test('listen --pipe bridges two terminals', async (t) => {
  const server = await startListen(t, ['--pipe']);
  const client = startCommand(t, [server.url]);
  client.stdin.write('from the client\n');
  await until(() => server.command.stdout.toString() === 'from the client\n', 'the line');
  server.stdin.write('from the server\n');
  await until(() => client.stdout.toString() === 'from the server\n', 'the answer');
  client.stdin.end();
  assert.equal(await client.ended, 0);
});

test('listen --pipe keeps its stdin for the first client, and ends with it', async (t) => {
  const server = await startListen(t, ['--pipe', '--linger', '0.2']);
  server.stdin.end('waiting\n');
  const client = await runCommand(t, [server.url, '--no-stdin']);
  assert.equal(client.stdout, 'waiting\n');
  assert.equal(client.code, 0);
  assert.equal(await server.ended, 0);
});

test('a file goes through --binary and listen --pipe unchanged', async (t) => {
  const server = await startListen(t, ['--pipe', '--binary']);
  const input = randomBytes(5_000_000);
  await runCommand(t, ['--binary', '--linger', '0', server.url], input);
  await until(() => server.command.stdout.length === input.length, 'everything has arrived');
  assert.ok(server.command.stdout.equals(input));
});

test('a port that is taken is a usage error', async (t) => {
  const { url } = await startListen(t);
  const { code, stderr } = await runCommand(t, ['listen', new URL(url).port]);
  assert.equal(code, 2);
  assert.match(stderr, /EADDRINUSE/);
});
