import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from '../helpers/test.mjs';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { until } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { runCommand, startCommand } from './command.mjs';

test('exit code 0: the server closed normally', async (t) => {
  const { url } = await startWsServer(t, { onConnection: (socket) => socket.close(1001) });
  assert.equal((await runCommand(t, [url])).code, 0);
});

test('exit code 2: the command line is wrong', async (t) => {
  for (const args of [
    [],
    ['a', 'b'],
    ['ws://localhost', '--nope'],
    ['localhost'],
    ['ws://localhost', '-H', 'no colon'],
    ['ws://localhost', '--linger', 'soon'],
    ['ws://localhost', '--ca', '/does/not/exist'],
    ['ws://localhost', '--max-size', 'much'],
    ['listen', 'x'],
    ['completion', 'tcsh'],
  ]) {
    const { code, stdout, stderr } = await runCommand(t, args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /--help/);
  }
});

test('exit code 3: the name does not exist', async (t) => {
  const { code, stderr } = await runCommand(t, ['ws://does-not-exist.invalid']);
  assert.equal(code, 3);
  assert.match(stderr, /does-not-exist\.invalid/);
});

test('exit code 4: nobody listens', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const { code, stderr } = await runCommand(t, [`ws://127.0.0.1:${port}`]);
  assert.equal(code, 4);
  assert.match(stderr, /ECONNREFUSED/);
});

test('exit code 5: the server does not speak TLS', async (t) => {
  const { port } = await startTcpServer(t, (socket) =>
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  assert.equal((await runCommand(t, [`wss://127.0.0.1:${port}`])).code, 5);
});

test('exit code 6: the server refuses, and its answer is shown without control characters', async (t) => {
  const answer = { status: 403, body: 'go\x1b[2J away' };
  const server = await startServer(t, { answer });
  const { code, stderr } = await runCommand(t, [server.url]);
  assert.equal(code, 6);
  assert.match(stderr, /go \[2J away/);
});

test('exit code 7: the handshake takes too long', async (t) => {
  const { port } = await startTcpServer(t, () => {});
  const { code } = await runCommand(t, [`ws://127.0.0.1:${port}`, '--timeout', '0.2']);
  assert.equal(code, 7);
});

test('exit code 8: the connection is lost', async (t) => {
  const { url } = await startWsServer(t, { onConnection: (socket) => socket.terminate() });
  const { code } = await runCommand(t, [url, '--no-stdin']);
  assert.equal(code, 8);
});

test('exit code 9: the server closes with an error code', async (t) => {
  const { url } = await startWsServer(t, { onConnection: (socket) => socket.close(4001, 'no') });
  const { code, stderr } = await runCommand(t, [url, '--no-stdin']);
  assert.equal(code, 9);
  assert.match(stderr, /Closed with 4001 no/);
});

test('exit code 10: a message is larger than --max-size', async (t) => {
  const { url } = await startWsServer(t, { onConnection: (socket) => socket.send('x'.repeat(99)) });
  const { code } = await runCommand(t, [url, '--no-stdin', '--max-size', '50']);
  assert.equal(code, 10);
});

test('exit code 130: interrupted, after closing the connection', async (t) => {
  let closeCode;
  let connected = false;
  const { url } = await startWsServer(t, {
    onConnection(socket) {
      connected = true;
      socket.on('close', (code) => {
        closeCode = code;
      });
    },
  });
  const command = startCommand(t, [url]);
  await until(() => connected && command.stderr.includes('Connected'), 'the connection');
  command.child.kill('SIGINT');
  assert.equal(await command.ended, 130);
  await until(() => closeCode === 1000, 'the server saw the close');
});
