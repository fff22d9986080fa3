import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { startHttp2Server } from '../helpers/http2-server.mjs';
import { rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { until, within } from '../helpers/until.mjs';

const authority = await Authority.create();
const certificate = await authority.issue();
const tls = { ca: authority.pem };

async function open(t, url, options) {
  const wss = new WebSocketStream(url, { http2: true, ...options });
  t.after(() => wss.terminate());
  return { wss, ...(await within(wss.opened, 'the connection is open')) };
}

async function echoes({ readable, writable }, text) {
  const [writer, reader] = [writable.getWriter(), readable.getReader()];
  await writer.write(text);
  const { value } = await within(reader.read(), 'the echo');
  writer.releaseLock();
  reader.releaseLock();
  return value === text;
}

test('streams that are opened at once share one connection', async (t) => {
  const server = await startHttp2Server(t, { tls: certificate });
  const infos = await Promise.all(
    Array.from({ length: 20 }, () => open(t, server.url, { tls: { ...tls } })),
  );
  assert.equal(server.sessions.length, 1);
  assert.equal(new Set(infos.map(({ localPort }) => localPort)).size, 1);
  for (const [i, info] of infos.entries()) assert.ok(await echoes(info, `stream ${i}`));
});

test('a stream that is opened later shares the connection as well', async (t) => {
  const server = await startHttp2Server(t);
  const first = await open(t, server.url);
  const second = await open(t, server.url);
  first.wss.close();
  await first.wss.closed;
  assert.ok(await echoes(second, 'still there'));
  const third = await open(t, server.url);
  assert.ok(await echoes(third, 'new'));
  assert.equal(server.sessions.length, 1);
});

test('a connection without streams serves the next one, and is closed when none comes', async (t) => {
  const server = await startHttp2Server(t);
  for (let i = 0; i < 3; i++) {
    const { wss } = await open(t, server.url);
    wss.close();
    await wss.closed;
  }
  assert.equal(server.sessions.length, 1);
  const goneAway = new Promise((resolve) => {
    server.sessions[0].once('goaway', (code) => resolve(code));
  });
  await until(() => server.open === 0, 'the idle connection is closed', 5000);
  assert.equal(await goneAway, 0);
  const { wss } = await open(t, server.url);
  assert.equal(server.sessions.length, 2);
  wss.close();
  await wss.closed;
});

test('streams of different origins and paths share only what they may', async (t) => {
  const [one, two] = [await startHttp2Server(t), await startHttp2Server(t)];
  await Promise.all([open(t, one.url), open(t, `${one.url}other?path`), open(t, two.url)]);
  assert.deepEqual([one.sessions.length, two.sessions.length], [1, 1]);
  assert.equal(one.requests.length, 2);
});

const differences = [
  ['certificates that are trusted', { tls: { ca: [authority.pem, authority.pem] } }],
  ['rejectUnauthorized', { tls: { ca: authority.pem, rejectUnauthorized: false } }],
  ['checkServerIdentity', { tls: { ...tls, checkServerIdentity: () => undefined } }],
  ['servername', { tls: { ...tls, servername: '127.0.0.1' } }],
  ['versions of TLS', { tls: { ...tls, maxVersion: 'TLSv1.2' } }],
  ['localAddress', { tls, localAddress: '127.0.0.1' }],
  ['noDelay', { tls, noDelay: false }],
  ['receiveBuffer, and so windows', { tls, receiveBuffer: 512 * 1024 }],
];
for (const [title, options] of differences) {
  test(`streams with different ${title} do not share a connection`, async (t) => {
    const server = await startHttp2Server(t, { tls: certificate });
    const first = await open(t, server.url, { tls });
    await open(t, server.url, { tls });
    assert.equal(server.sessions.length, 1);
    await open(t, server.url, options);
    assert.equal(server.sessions.length, 2);
    assert.ok(await echoes(first, 'x'));
  });
}

test('streams with different client certificates do not share a connection', async (t) => {
  const settings = { ...certificate, ca: authority.pem, requestCert: true };
  const server = await startHttp2Server(t, { tls: settings });
  const [one, two] = [
    await authority.issue({ client: true }),
    await authority.issue({ client: true }),
  ];
  for (const identity of [one, two, one]) {
    await open(t, server.url, { tls: { ...tls, ...identity } });
  }
  assert.equal(server.sessions.length, 2);
});

test('checkServerIdentity judges for every stream of a shared connection', async (t) => {
  const server = await startHttp2Server(t, { tls: certificate });
  let calls = 0;
  const checkServerIdentity = () => {
    calls += 1;
    return calls === 2 ? new Error('not this one') : undefined;
  };
  const options = { tls: { ...tls, checkServerIdentity } };
  const first = await open(t, server.url, options);
  const error = await rejection(open(t, server.url, options));
  assert.match(error.cause.message, /not this one/);
  assert.equal(server.requests.length, 1);
  assert.ok(await echoes(first, 'trusted'));
  await open(t, server.url, options);
  assert.deepEqual([calls, server.sessions.length], [3, 1]);
});

test('over SETTINGS_MAX_CONCURRENT_STREAMS another connection is made', async (t) => {
  const server = await startHttp2Server(t, { settings: { maxConcurrentStreams: 2 } });
  const infos = await Promise.all(Array.from({ length: 5 }, () => open(t, server.url)));
  assert.equal(server.sessions.length, 3);
  for (const info of infos) assert.ok(await echoes(info, 'x'));
  const place = infos[0];
  place.wss.close();
  await place.wss.closed;
  await until(() => server.streams[0].destroyed, 'the first stream is gone');
  await open(t, server.url);
  await open(t, server.url);
  assert.equal(server.sessions.length, 3);
});

test('one that gives up does not stop others who wait for the same connection', async (t) => {
  const server = await startHttp2Server(t, { tls: certificate });
  const controller = new AbortController();
  const first = new WebSocketStream(server.url, { http2: true, tls, signal: controller.signal });
  const second = open(t, server.url, { tls });
  controller.abort();
  assert.equal((await rejection(first.opened)).name, 'AbortError');
  assert.ok(await echoes(await second, 'mine'));
  assert.equal(server.sessions.length, 1);
});

test('a failure to connect is told to all who waited', async (t) => {
  const server = await startHttp2Server(t, { tls: certificate });
  const errors = await Promise.all(Array.from({ length: 3 }, () => rejection(open(t, server.url))));
  for (const { cause } of errors) assert.equal(cause.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});
