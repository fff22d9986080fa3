import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';

/** A SOCKS proxy that answers the first message with the first of `answers`, and so on. */
async function failure(t, answers, { user = '', ...options } = {}) {
  const proxy = await startTcpServer(t, (socket) => {
    const rest = [...answers];
    socket.on('data', () => rest.length > 0 && socket.write(Buffer.from(rest.shift())));
  });
  const wss = new WebSocketStream('ws://a.test/', {
    proxy: `socks5h://${user}127.0.0.1:${proxy.port}`,
    ...options,
  });
  return rejection(wss.opened);
}

const NO_LOGIN = [5, 0];
const PASSWORD = [5, 2];
const reply = (code) => [5, code, 0, 1, 0, 0, 0, 0, 0, 0];

const replies = [
  [1, /it failed/],
  [2, /its rules do not allow/],
  [3, /the network of the server cannot be reached/],
  [4, /the server cannot be reached/],
  [5, /the server refused the connection/],
  [6, /took too long/],
  [7, /does not know the command/],
  [8, /does not know this kind of address/],
  [9, /the reason is unknown/],
  [255, /the reason is unknown/],
];
for (const [code, message] of replies) {
  test(`reply ${code} of a SOCKS proxy is a refusal that says why`, async (t) => {
    const error = await failure(t, [NO_LOGIN, reply(code)]);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
    assert.match(error.message, /a\.test:80 failed: the proxy failed/);
    assert.match(error.message, message);
    assert.equal(error.response, undefined);
  });
}

const logins = [
  ['no way to log in that is known', [[5, 255]], '', /another way to log in/],
  ['a password that was not given', [PASSWORD], '', /another way to log in/],
  ['another password', [PASSWORD, [1, 1]], 'user:password@', /user name or password is wrong/],
];
for (const [title, answers, user, message] of logins) {
  test(`a SOCKS proxy that wants ${title} refuses`, async (t) => {
    const error = await failure(t, answers, { user });
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY_REFUSED');
    assert.match(error.message, message);
  });
}

const notSocks = [
  ['HTTP', ['HTTP/1.1 400 Bad Request\r\n\r\n']],
  ['SOCKS 4', [[0, 91, 0, 0, 0, 0, 0, 0]]],
  ['random bytes', [Buffer.alloc(20, 0x99)]],
  ['SOCKS 5 at first, and something else then', [NO_LOGIN, 'HTTP/1.1 200 OK\r\n\r\n']],
  ['of an address that nobody knows', [NO_LOGIN, [5, 0, 0, 9, 0, 0]]],
];
for (const [title, answers] of notSocks) {
  test(`a proxy that speaks ${title} is found out by its first bytes`, async (t) => {
    const started = performance.now();
    const error = await failure(t, answers);
    assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY');
    assert.match(error.message, /its answer is not SOCKS 5/);
    assert.ok(performance.now() - started < 5000, 'long before handshakeTimeout');
  });
}

test('something else in answer to the password is found out, too', async (t) => {
  const error = await failure(t, [PASSWORD, 'HTTP/1.1 400 No\r\n'], { user: 'user:password@' });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_PROXY');
});

for (const [title, user] of [
  ['user name', `${'u'.repeat(256)}:p@`],
  ['password', `u:${'p'.repeat(256)}@`],
]) {
  test(`a ${title} that is too long for SOCKS is an error that says so`, async (t) => {
    const error = await failure(t, [PASSWORD], { user });
    assert.match(error.message, new RegExp(`the ${title} is longer than 255 bytes`));
  });
}
