import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { openPair } from '../helpers/pair.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { startTcpServer } from '../helpers/tcp-server.mjs';
import { test } from '../helpers/test.mjs';

test('the request is a correct upgrade', async (t) => {
  const { server, peer } = await openPair(t);
  const { method, path, version, headers } = peer.request;
  assert.deepEqual([method, path, version], ['GET', '/', 'HTTP/1.1']);
  assert.equal(headers.host, `127.0.0.1:${server.port}`);
  assert.equal(headers.upgrade.toLowerCase(), 'websocket');
  assert.match(headers.connection, /^upgrade$/i);
  assert.equal(headers['sec-websocket-version'], '13');
  assert.equal(Buffer.from(headers['sec-websocket-key'], 'base64').length, 16);
  assert.equal(headers['sec-websocket-protocol'], undefined);
});

test('every handshake has a key of its own', async (t) => {
  const first = await openPair(t);
  const second = await openPair(t);
  const key = ({ peer }) => peer.request.headers['sec-websocket-key'];
  assert.notEqual(key(first), key(second));
});

const paths = [
  ['a/b?c=d&e', '/a/b?c=d&e'],
  ['?only', '/?only'],
  ['%20x/\u00fc', '/%20x/%C3%BC'],
  ['a/../b', '/b'],
];
for (const [given, path] of paths) {
  test(`the path ${given} is requested as ${path}`, async (t) => {
    const server = await startServer(t);
    await new WebSocketStream(server.url + given).opened;
    assert.equal((await server.peer()).request.path, path);
  });
}

test('http: connects like ws:', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url.replace('ws:', 'http:'));
  await wss.opened;
  assert.equal(wss.url, server.url);
});

test('protocols are sent in one header field, in their order', async (t) => {
  const answer = { headers: { 'Sec-WebSocket-Protocol': 'b' } };
  const { peer, info } = await openPair(t, {
    server: { answer },
    client: { protocols: ['b', 'a', 'C'] },
  });
  const fields = peer.request.rawHeaders.filter(([name]) => /^sec-websocket-protocol$/i.test(name));
  assert.deepEqual(
    fields.map(([, value]) => value),
    ['b, a, C'],
  );
  assert.equal(info.protocol, 'b');
});

const headerForms = [
  ['an object', { 'X-One': '1', 'X-Two': 'two words' }],
  [
    'a list of pairs',
    [
      ['X-One', '1'],
      ['X-Two', 'two words'],
    ],
  ],
  ['Headers', new Headers({ 'X-One': '1', 'X-Two': 'two words' })],
];
for (const [title, headers] of headerForms) {
  test(`headers given as ${title} are sent`, async (t) => {
    const { peer } = await openPair(t, { client: { headers } });
    assert.equal(peer.request.headers['x-one'], '1');
    assert.equal(peer.request.headers['x-two'], 'two words');
  });
}

test('headers may override Host', async (t) => {
  const { peer } = await openPair(t, { client: { headers: { Host: 'other.test' } } });
  const hosts = peer.request.rawHeaders.filter(([name]) => /^host$/i.test(name));
  assert.deepEqual(
    hosts.map(([, value]) => value),
    ['other.test'],
  );
});

const logins = [
  ['al%C3%AFce:p%40ss@', 'al\u00efce:p@ss'],
  ['user@', 'user:'],
  [':secret@', ':secret'],
  ['a%3Ab:c%3Ad@', 'a:b:c:d'],
  ['bad%zz:p@', 'bad%zz:p'],
];
for (const [login, sent] of logins) {
  test(`${login} in the url becomes Basic authorization, percent-decoded`, async (t) => {
    const server = await startServer(t);
    const wss = new WebSocketStream(server.url.replace('://', `://${login}`));
    await wss.opened;
    const { headers, path } = (await server.peer()).request;
    const [scheme, token] = headers.authorization.split(' ');
    assert.equal(scheme, 'Basic');
    assert.equal(Buffer.from(token, 'base64').toString(), sent);
    assert.equal(path, '/');
  });
}

test('Authorization in headers takes the place of user name and password of the url', async (t) => {
  const server = await startServer(t);
  const url = server.url.replace('://', '://user:password@');
  await new WebSocketStream(url, { headers: { authorization: 'Bearer x' } }).opened;
  const { rawHeaders } = (await server.peer()).request;
  const fields = rawHeaders.filter(([name]) => /^authorization$/i.test(name));
  assert.deepEqual(
    fields.map(([, value]) => value),
    ['Bearer x'],
  );
});

test('cookies of the answer are in response.headers', async (t) => {
  const answer = { headers: { 'Set-Cookie': ['a=1; Path=/', 'b=2, and more'] } };
  const { info } = await openPair(t, { server: { answer } });
  assert.deepEqual(info.response.headers.getSetCookie(), ['a=1; Path=/', 'b=2, and more']);
});

test('a header that is given twice is sent twice, in its order', async (t) => {
  const headers = [
    ['Cookie', 'a=1'],
    ['X-Two', '1'],
    ['X-Two', '2'],
    ['X-High', 'gr\u00fc\u00df'],
  ];
  const { peer } = await openPair(t, { client: { headers } });
  const sent = peer.request.rawHeaders.filter(([name]) => /^(x-|cookie)/i.test(name));
  assert.deepEqual(
    sent.map(([name, value]) => [name.toLowerCase(), value]),
    headers.map(([name, value]) => [name.toLowerCase(), value]),
  );
});

test('blanks around the value of a header are left out, and other bytes are not', async (t) => {
  let request = '';
  const { url } = await startTcpServer(t, (socket) => {
    socket.once('data', (data) => {
      request = data.toString('latin1');
      socket.destroy();
    });
  });
  await rejection(new WebSocketStream(url, { headers: { 'X-A': ' \t\xa0a\xa0 ' } }).opened);
  assert.match(request, /^x-a: \xa0a\xa0\r$/im);
});
