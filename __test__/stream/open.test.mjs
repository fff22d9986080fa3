import assert from 'node:assert/strict';
import { ReadableStream, WritableStream } from 'node:stream/web';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('opened fulfils with the members of the standard', async (t) => {
  const { info } = await openPair(t);
  assert.ok(info.readable instanceof ReadableStream);
  assert.ok(info.writable instanceof WritableStream);
  assert.equal(info.protocol, '');
  assert.equal(info.extensions, '');
});

test('opened fulfils with a plain object of enumerable members', async (t) => {
  const { info } = await openPair(t);
  assert.equal(Object.getPrototypeOf(info), Object.prototype);
  for (const member of ['readable', 'writable', 'protocol', 'extensions']) {
    assert.ok(Object.keys(info).includes(member), member);
  }
});

test('opened tells the two ends of the connection', async (t) => {
  const { info, server, peer } = await openPair(t);
  assert.equal(info.remoteAddress, '127.0.0.1');
  assert.equal(info.remotePort, server.port);
  assert.equal(info.localAddress, '127.0.0.1');
  assert.equal(info.localPort, peer.remotePort);
  assert.equal(info.httpVersion, '1.1');
  assert.equal(info.tls, null);
});

test('opened tells status and headers of the answer', async (t) => {
  const answer = { headers: { 'X-Server': 'test', 'Set-Cookie': ['a=1', 'b=2'] } };
  const { info } = await openPair(t, { server: { answer } });
  assert.equal(info.response.status, 101);
  assert.ok(info.response.headers instanceof Headers);
  assert.equal(info.response.headers.get('x-server'), 'test');
  assert.deepEqual(info.response.headers.getSetCookie(), ['a=1', 'b=2']);
});

test('the streams are unlocked and have the default strategies', async (t) => {
  const { readable, writable } = await openPair(t);
  assert.equal(readable.locked, false);
  assert.equal(writable.locked, false);
  assert.equal(writable.getWriter().desiredSize, 1);
});

test('closed is pending while the connection is open', async (t) => {
  const { wss, peer, readable } = await openPair(t);
  let settled = false;
  const note = () => {
    settled = true;
  };
  wss.closed.then(note, note);
  peer.sendText('still here');
  await readable.getReader().read();
  assert.equal(settled, false);
});
