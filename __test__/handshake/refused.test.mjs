import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

const answers = [
  ['a wrong accept key', { accept: 'bm90IHRoZSBrZXkgdGhhdCB3YXMgc2VudA==' }],
  ['no accept key', { headers: { 'Sec-WebSocket-Accept': null } }],
  ['an empty accept key', { accept: '' }],
  ['no Upgrade', { headers: { Upgrade: null } }],
  ['another Upgrade', { headers: { Upgrade: 'h2c' } }],
  ['another Upgrade beside the right one', { headers: { Upgrade: 'websocket, h2c' } }],
  ['two lines of Upgrade that differ', { headers: { Upgrade: ['websocket', 'h2c'] } }],
  ['no Connection', { headers: { Connection: null } }],
  ['Connection: keep-alive', { headers: { Connection: 'keep-alive' } }],
  [
    'Connection: Upgraded, which only starts like the token',
    { headers: { Connection: 'Upgraded' } },
  ],
  ['an extension that nobody asked for', { headers: { 'Sec-WebSocket-Extensions': 'x-made-up' } }],
  ['a subprotocol that nobody asked for', { headers: { 'Sec-WebSocket-Protocol': 'chat' } }],
  ['status 200', { status: 200, body: 'a page' }],
  ['status 204', { status: 204 }],
  ['a redirect', { status: 302, headers: { Location: '/elsewhere' } }],
  ['status 500', { status: 500 }],
  ['something that is not HTTP', { raw: 'SSH-2.0-OpenSSH_9.6\r\n', end: true }],
  ['an empty answer', { raw: '', end: true }],
  ['half a status line', { raw: 'HTTP/1.1 10', end: true }],
  [
    'half an answer',
    { raw: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n', end: true },
  ],
];

for (const [title, answer] of answers) {
  test(`a handshake is refused with ${title}`, async (t) => {
    const server = await startServer(t, { answer });
    const wss = new WebSocketStream(server.url);
    const error = await rejection(wss.opened);
    assertWebSocketError(error);
    assert.ok(error.message.includes(`127.0.0.1:${server.port}`), error.message);
    assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
    await until(() => server.open === 0, 'the connection is gone');
  });
}

const protocolAnswers = [
  ['none', null],
  ['an empty one', ''],
  ['one that was not offered', 'other'],
  ['one that differs in case', 'CHAT'],
  ['two', 'chat, super'],
];
for (const [title, value] of protocolAnswers) {
  test(`a handshake that offers protocols is refused when the answer names ${title}`, async (t) => {
    const answer = { headers: { 'Sec-WebSocket-Protocol': value } };
    const server = await startServer(t, { answer });
    const wss = new WebSocketStream(server.url, { protocols: ['chat', 'super'] });
    assertWebSocketError(await rejection(wss.opened));
    assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
  });
}

test('a refused handshake is not tried again', async (t) => {
  const server = await startServer(t, { answer: { status: 503 } });
  const wss = new WebSocketStream(server.url);
  await rejection(wss.closed);
  assert.equal(server.connections, 1);
  assert.equal(server.requests.length, 1);
});
