import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from '../helpers/test.mjs';
import { until, untilSteady } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { runCommand, startCommand } from './command.mjs';

test('each line of stdin is sent as text, and messages are written as lines', async (t) => {
  const { url } = await startWsServer(t);
  const { code, stdout, stderr } = await runCommand(
    t,
    [url],
    'one\r\nzwölf\n\nlast without an end',
  );
  assert.equal(stdout, 'one\nzwölf\n\nlast without an end\n');
  assert.match(stderr, /^Connected to ws:.*\nClosed with 1000\n$/);
  assert.equal(code, 0);
});

test('--binary sends stdin as it is, and writes messages as they are', async (t) => {
  const { url } = await startWsServer(t);
  const input = randomBytes(3_000_000);
  const { bytes, code } = await runCommand(t, ['--binary', url], input);
  assert.ok(bytes.equals(input));
  assert.equal(code, 0);
});

test('--json writes one object for each message and event', async (t) => {
  const { url } = await startWsServer(t, {
    onConnection(socket) {
      socket.send('text');
      socket.send(Buffer.from([0, 255]));
      socket.close(1000, 'done');
    },
  });
  const { stdout } = await runCommand(t, [url, '--json', '--no-stdin']);
  const [open, ...rest] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(open.type, 'open');
  assert.deepEqual(rest, [
    { type: 'text', data: 'text' },
    { type: 'binary', data: 'AP8=' },
    { type: 'close', closeCode: 1000, reason: 'done' },
  ]);
});

test('headers and subprotocols go into the handshake', async (t) => {
  let request;
  const { server, url } = await startWsServer(t, { onConnection: (socket) => socket.close() });
  server.on('connection', (socket, received) => {
    request = received;
  });
  const args = [
    url,
    '-H',
    'Authorization: Bearer a:b',
    '-H',
    'X-Two: 2',
    '-p',
    'chat',
    '-p',
    'talk',
  ];
  const { stderr } = await runCommand(t, args);
  assert.equal(request.headers.authorization, 'Bearer a:b');
  assert.equal(request.headers['x-two'], '2');
  assert.equal(request.headers['sec-websocket-protocol'].replaceAll(' ', ''), 'chat,talk');
  assert.match(stderr, /with chat/);
});

test('--no-stdin reads until the server closes', async (t) => {
  let socket;
  const { url } = await startWsServer(t, {
    onConnection(opened) {
      socket = opened;
    },
  });
  const command = startCommand(t, [url, '--no-stdin', '--linger', '0']);
  command.stdin.end();
  await until(() => socket, 'the connection');
  socket.send('late');
  await until(() => command.stdout.toString() === 'late\n', 'the message');
  socket.close(1000);
  assert.equal(await command.ended, 0);
});

test('a reader of stdout that goes away ends the connection without an error', async (t) => {
  let closed = false;
  const { url } = await startWsServer(t, {
    onConnection(socket) {
      const timer = setInterval(() => socket.send('x'.repeat(1000)), 1);
      socket.on('close', () => {
        clearInterval(timer);
        closed = true;
      });
    },
  });
  const command = startCommand(t, [url, '--no-stdin']);
  await until(() => command.stdout.length > 0, 'the first message');
  command.child.stdout.destroy();
  assert.equal(await command.ended, 0);
  assert.ok(closed);
});

test('a server that does not read holds back the program that writes into stdin', async (t) => {
  let socket;
  const { url } = await startWsServer(t, {
    onConnection(opened) {
      socket = opened;
      socket._socket.pause();
    },
  });
  const command = startCommand(t, ['--binary', '--quiet', '--linger', '0', url]);
  await until(() => socket, 'the connection');
  let written = 0;
  const chunk = Buffer.alloc(1 << 20);
  // Far more than the buffers of pipe, program and sockets hold.
  for (; written < 256 && command.stdin.write(chunk); written++);
  const more = () => {
    while (written < 256 && command.stdin.write(chunk)) written++;
  };
  command.stdin.on('drain', () => {
    written++;
    more();
  });
  const steady = await untilSteady(() => written, 'the writer');
  assert.ok(steady < 100, `${steady} MiB were taken`);
  let received = 0;
  socket.on('message', (data) => {
    received += data.length;
  });
  command.stdin.removeAllListeners('drain');
  command.stdin.end();
  socket._socket.resume();
  assert.equal(await command.ended, 0);
  assert.ok(received >= steady * chunk.length);
});

test('--progress tells the totals at the end', async (t) => {
  const { url } = await startWsServer(t);
  const { stderr } = await runCommand(t, [url, '--progress', '--linger', '0.2'], 'a\nb\n');
  assert.match(stderr, /received 2 messages, 2 B; sent 2 messages, 2 B; \d/);
});

test('the status has no colours when stderr is no terminal', async (t) => {
  const { url } = await startWsServer(t);
  const { stderr } = await runCommand(t, [url, '--linger', '0.1']);
  assert.ok(!stderr.includes('\x1b'));
});

test('user name and password of the URL are not shown', async (t) => {
  const { url } = await startWsServer(t);
  const secret = url.replace('ws://', 'ws://user:secret@');
  const { stdout, stderr } = await runCommand(t, [secret, '--json', '--linger', '0.1']);
  assert.ok(!`${stdout}${stderr}`.includes('secret'));
});
