import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from '../helpers/test.mjs';
import { until, untilSteady } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { runCommand, startCommand, startListen } from './command.mjs';

const bin = fileURLToPath(new URL('../../bin/websocketstream.js', import.meta.url));

/** Runs the command line with a file in place of stdout. */
async function runInto(t, file, args) {
  const output = openSync(file, 'w');
  t.after(() => closeSync(output));
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', output, 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  return { code, stderr };
}

test('a slow reader of stdout is no silence: everything that was sent is written', async (t) => {
  const size = 40 * 1024 * 1024;
  const message = Buffer.alloc(64 * 1024, 'x');
  let sender;
  const { url } = await startWsServer(t, {
    onConnection(socket) {
      sender = socket;
      for (let sent = 0; sent < size; sent += message.length) socket.send(message);
    },
  });
  const command = startCommand(t, ['--binary', '--linger', '0.1', url]);
  command.child.stdout.pause();
  command.stdin.end();
  await until(() => sender, 'the connection');
  // Much longer than --linger nothing moves.
  await untilSteady(() => sender.bufferedAmount, 'the server');
  assert.equal(command.child.exitCode, null);
  assert.ok(sender.bufferedAmount > 0);
  command.child.stdout.resume();
  assert.equal(await command.ended, 0);
  assert.equal(command.received, size);
});

test('a slow reader of listen --pipe is no silence either', async (t) => {
  const { command, url } = await startListen(t, ['--pipe', '--binary', '--linger', '0.1']);
  command.child.stdout.pause();
  command.stdin.end();
  const client = startCommand(t, ['--binary', '--progress', '--linger', '0', url]);
  const input = Buffer.alloc(40 * 1024 * 1024, 'y');
  client.stdin.end(input);
  await untilSteady(() => client.stdin.writableLength, 'the client');
  assert.ok(client.stdin.writableLength > 0);
  command.child.stdout.resume();
  assert.equal(await client.ended, 0, client.stderr);
  await until(() => command.received === input.length, 'everything has arrived');
});

test('listen --pipe --no-stdin serves on after its stdin has ended', async (t) => {
  const args = ['--pipe', '--no-stdin', '--linger', '0'];
  const { command, url } = await startListen(t, args);
  command.stdin.end();
  for (const text of ['one\n', 'two\n']) {
    assert.equal((await runCommand(t, [url, '--linger', '0'], text)).code, 0);
  }
  await until(() => command.stdout.toString() === 'one\ntwo\n', 'both lines');
  assert.equal(command.child.exitCode, null);
});

// Other systems have no file that is always full.
const onLinux = process.platform === 'linux' ? test : () => {};

onLinux('exit code 1: the disk that stdout goes to is full', async (t) => {
  const { url } = await startWsServer(t, { onConnection: (socket) => socket.send('text') });
  const { code, stderr } = await runInto(t, '/dev/full', [url, '--no-stdin']);
  assert.equal(code, 1);
  assert.match(stderr, /ENOSPC/);
});

test('readers of help and status that go away are no error', async (t) => {
  const { url } = await startWsServer(t);
  for (const args of [['--help'], ['completion', 'bash'], [url]]) {
    const command = startCommand(t, args);
    command.child.stdout.destroy();
    if (args[0] === url) command.child.stderr.destroy();
    command.stdin.end();
    assert.equal(await command.ended, 0, args.join(' '));
    assert.equal(command.stderr, '');
  }
});
