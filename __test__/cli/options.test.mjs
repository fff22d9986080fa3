import assert from 'node:assert/strict';
import { acceptStream, startHttp2Server } from '../helpers/http2-server.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { runCommand } from './command.mjs';

for (const [args, offered] of [
  [[], true],
  [['--no-compress'], false],
]) {
  test(`permessage-deflate is ${offered ? '' : 'not '}offered with ${args.join() || 'no option'}`, async (t) => {
    let extensions;
    const { server, url } = await startWsServer(t, {
      onConnection: (socket) => socket.close(1000),
    });
    server.on('connection', (socket, { headers }) => {
      extensions = headers['sec-websocket-extensions'];
    });
    assert.equal((await runCommand(t, [url, ...args])).code, 0);
    assert.equal(/permessage-deflate/.test(extensions), offered);
  });
}

test('--http2 speaks HTTP/2', async (t) => {
  const server = await startHttp2Server(t, {
    onStream: (stream) => acceptStream(stream).close(1000, 'over HTTP/2'),
  });
  const { code, stderr } = await runCommand(t, [server.url, '--no-stdin', '--http2']);
  assert.match(stderr, /Closed with 1000 over HTTP\/2/);
  assert.equal(code, 0);
});

test('--ping sends Pings to a server that says nothing', async (t) => {
  const { url } = await startWsServer(t, {
    onConnection(socket) {
      let pings = 0;
      socket.on('ping', () => {
        pings += 1;
        if (pings === 3) socket.close(1000, 'three');
      });
    },
  });
  const { code, stderr } = await runCommand(t, [url, '--no-stdin', '--ping', '0.1']);
  assert.match(stderr, /Closed with 1000 three/);
  assert.equal(code, 0);
});

test('exit code 7: a server that does not answer the Pings of --ping', async (t) => {
  const { url } = await startWsServer(t, { ws: { autoPong: false } });
  const { code } = await runCommand(t, [url, '--no-stdin', '--ping', '0.2']);
  assert.equal(code, 7);
});
