import assert from 'node:assert/strict';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { startOnTerminal } from './command.mjs';

// Windows has no terminals of this kind.
const onTerminal = process.platform === 'win32' ? () => {} : test;

const CTRL_C = '\x03';
const CTRL_D = '\x04';

onTerminal('on a terminal the status has colours, and Ctrl-D closes without waiting', async (t) => {
  const { url } = await startWsServer(t);
  const command = startOnTerminal(t, [url, '--linger', '1000']);
  await until(() => command.stdout.includes('Connected'), 'the connection');
  command.stdin.write('hello\n');
  // Once as it is typed, once as it comes back.
  await until(() => /hello\r\nhello\r\n/.test(command.stdout), 'the echo');
  command.stdin.write(CTRL_D);
  assert.equal(await command.ended, 0);
  assert.ok(command.stdout.includes('\x1b[2mClosed with 1000\x1b[0m'));
});

onTerminal('Ctrl-C on a terminal closes the connection, exit code 130', async (t) => {
  const closeCodes = [];
  const { url } = await startWsServer(t, {
    onConnection: (socket) => socket.on('close', (code) => closeCodes.push(code)),
  });
  const command = startOnTerminal(t, [url]);
  await until(() => command.stdout.includes('Connected'), 'the connection');
  command.stdin.write(CTRL_C);
  assert.equal(await command.ended, 130);
  await until(() => closeCodes.length === 1, 'the server saw the close');
  assert.deepEqual(closeCodes, [1000]);
});

onTerminal('binary messages are shown in hexadecimal on a terminal', async (t) => {
  const { url } = await startWsServer(t, {
    onConnection(socket) {
      socket.send(Buffer.from([0, 0x1b, 255]));
      socket.send(Buffer.alloc(100));
      socket.close(1000);
    },
  });
  const command = startOnTerminal(t, [url]);
  assert.equal(await command.ended, 0);
  assert.match(String(command.stdout), /\[3 bytes\] 001bff\r\n\[100 bytes\] (00){32}\.\.\.\r\n/);
});

onTerminal('a message takes the place of the live line of --progress', async (t) => {
  let socket;
  const { url } = await startWsServer(t, {
    onConnection(opened) {
      socket = opened;
    },
  });
  const command = startOnTerminal(t, [url, '--progress']);
  await until(() => /\d B\/s$/.test(command.stdout), 'the live line');
  socket.send('message');
  await until(() => command.stdout.includes('message\r\n'), 'the message');
  assert.ok(command.stdout.includes('B/s\r\x1b[Kmessage\r\n'));
  socket.close(1000);
  assert.equal(await command.ended, 0);
});
