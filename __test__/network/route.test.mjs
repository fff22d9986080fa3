import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { WebSocketStream } from '../../index.js';
import { offline } from '../helpers/offline.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';

async function open(t, url, options) {
  const wss = new WebSocketStream(url, options);
  t.after(() => wss.close());
  return within(wss.opened, 'the connection is open');
}

/** A server on a Unix socket. */
async function listenLocally(t) {
  const folder = await mkdtemp(join(tmpdir(), 'socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'a socket');
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  http.listen(path);
  await once(http, 'listening');
  t.after(() => http.close());
  return { path, server };
}

test('ws+unix: connects to a Unix socket and asks for the path behind the colon', async (t) => {
  const { path, server } = await listenLocally(t);
  const request = once(server, 'connection').then(([socket, incoming]) => {
    socket.on('message', (data) => socket.send(String(data)));
    return incoming;
  });
  const wss = new WebSocketStream(`ws+unix:${path}:/chat?room=1`);
  const info = await within(wss.opened, 'the connection is open');
  assert.equal((await request).url, '/chat?room=1');
  assert.equal((await request).headers.host, 'localhost');
  assert.equal(info.remoteAddress, undefined);
  await info.writable.getWriter().write('hello');
  assert.equal((await info.readable.getReader().read()).value, 'hello');
  wss.close();
  await wss.closed;
});

for (const [behind, target] of [
  ['', '/'],
  [':', '/'],
  ['?room=1', '/?room=1'],
  [':/a:b?c=:d', '/a:b?c=:d'],
]) {
  test(`ws+unix: asks for ${target} when "${behind}" is behind the socket`, async (t) => {
    const { path, server } = await listenLocally(t);
    const request = once(server, 'connection').then(([, incoming]) => incoming);
    await open(t, `ws+unix:${path}${behind}`);
    assert.equal((await request).url, target);
  });
}

for (const url of [
  'ws+unix:',
  'ws+unix://host/path',
  'ws+unix::/path',
  'ws+unix:/a%zz',
  'ws+unix:/socket:path',
  'ws+unix:/socket:http://host/path',
]) {
  test(`${url} is a SyntaxError`, () => {
    assert.throws(() => offline(url), { name: 'SyntaxError' });
  });
}

test('port 0 is no other port', async () => {
  const { cause } = await rejection(new WebSocketStream('ws://127.0.0.1:0/').opened);
  assert.equal(cause.port, 0);
  const proxied = new WebSocketStream('ws://name.test/', { proxy: 'http://127.0.0.1:0' });
  assert.equal((await rejection(proxied.opened)).cause.port, 0);
});

test('localAddress is the address of this side', async (t) => {
  const server = await startServer(t);
  const { localAddress } = await open(t, server.url, { localAddress: '127.0.0.5' });
  assert.equal(localAddress, '127.0.0.5');
});

test('a localAddress that this machine does not have fails the connection', async (t) => {
  const server = await startServer(t);
  const wss = new WebSocketStream(server.url, { localAddress: '192.0.2.1' });
  assert.equal((await rejection(wss.opened)).cause.code, 'EADDRNOTAVAIL');
});

test('localAddress has names looked up for its own family', async (t) => {
  const server = await startServer(t);
  const families = [];
  const lookup = (host, { family }, done) => {
    families.push(family);
    done(null, '127.0.0.1', 4);
  };
  await open(t, `ws://name.test:${server.port}/`, { lookup, localAddress: '127.0.0.1' });
  const other = { lookup, localAddress: '::1' };
  await rejection(new WebSocketStream(`ws://name.test:${server.port}/`, other).opened);
  assert.deepEqual(families, [4, 6]);
});

test('lookup is called as dns.lookup is, and its addresses are dialled', async (t) => {
  const server = await startServer(t);
  const calls = [];
  const lookup = (host, options, done) => {
    calls.push([host, options]);
    done(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  const options = { lookup, family: 4 };
  const { remoteAddress } = await open(t, `ws://name.test:${server.port}/`, options);
  assert.equal(remoteAddress, '127.0.0.1');
  assert.deepEqual(calls, [['name.test', { all: true, family: 4 }]]);
});

test('lookup may answer with a single address', async (t) => {
  const server = await startServer(t);
  const lookup = (host, options, done) => done(null, '127.0.0.1', 4);
  await open(t, `ws://name.test:${server.port}/`, { lookup });
});

test('the error of lookup is the cause, whether it is given or thrown', async () => {
  const fault = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  for (const lookup of [
    (host, options, done) => done(fault),
    () => {
      throw fault;
    },
  ]) {
    const error = await rejection(new WebSocketStream('ws://name.test/', { lookup }).opened);
    assert.equal(error.cause, fault);
  }
});

for (const address of ['elsewhere', 'fe80::1%lo']) {
  test(`a lookup that gives ${address}, which is no address, fails the connection`, async () => {
    const lookup = (host, options, done) => done(null, [{ address, family: 4 }]);
    const error = await rejection(new WebSocketStream('ws://name.test/', { lookup }).opened);
    assert.equal(error.cause.code, 'ERR_INVALID_IP_ADDRESS');
  });
}

test('family 4 asks the resolver for IPv4 only', async (t) => {
  const server = await startServer(t);
  const { remoteAddress } = await open(t, `ws://localhost:${server.port}/`, { family: 4 });
  assert.equal(remoteAddress, '127.0.0.1');
});

/** @type {[string, any][]} */
const refused = [
  ['family', 5],
  ['family', 'IPv4'],
  ['localAddress', 'localhost'],
  ['localAddress', 5],
  ['localAddress', '::1%lo'],
  ['lookup', {}],
];
for (const [name, value] of refused) {
  test(`${name} refuses ${JSON.stringify(value)} and names itself`, () => {
    assert.throws(() => offline('ws://h/', { [name]: value }), {
      name: 'TypeError',
      message: new RegExp(`^${name} must be `),
    });
  });
}
