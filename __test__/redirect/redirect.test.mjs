import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';
import { within } from '../helpers/until.mjs';

const redirect = (to, status = 302) => ({ status, headers: { Location: to } });

async function open(t, url, options) {
  const wss = new WebSocketStream(url, options);
  t.after(() => wss.close());
  await within(wss.opened, 'the connection is open');
}

test('without maxRedirects a redirect is a refusal', async (t) => {
  const server = await startServer(t, { answer: redirect('/next') });
  const error = await rejection(new WebSocketStream(server.url).opened);
  assert.equal(error.response.status, 302);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REFUSED');
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`maxRedirects follows a ${status} on the same server`, async (t) => {
    const server = await startServer(t, {
      answer: ({ path }) => (path === '/' ? redirect('next?x#y', status) : {}),
    });
    const options = { maxRedirects: 1, headers: { Cookie: 'a=1' } };
    await open(t, server.url, options);
    assert.equal(server.requests[1].path, '/next?x');
    assert.equal(server.requests[1].headers.cookie, 'a=1');
  });
}

for (const kind of ['relative', 'absolute']) {
  test(`credentials stay when a redirect that is ${kind} stays on the server`, async (t) => {
    const place = kind === 'relative' ? () => '' : () => `http://127.0.0.1:${server.port}`;
    const server = await startServer(t, {
      answer: ({ path }) => (path === '/' ? redirect(`${place()}/next`) : {}),
    });
    await open(t, server.url.replace('//', '//user:password@'), { maxRedirects: 1 });
    const [first, second] = server.requests.map(({ headers }) => headers.authorization);
    assert.match(first, /^Basic /);
    assert.equal(second, first);
  });
}

test('credentials that are in Location are sent in place of those of the url', async (t) => {
  const target = await startServer(t);
  const place = target.url.replace('//', '//other:login@');
  const server = await startServer(t, { answer: redirect(place) });
  await open(t, server.url.replace('//', '//user:password@'), { maxRedirects: 1 });
  const expected = `Basic ${btoa('other:login')}`;
  assert.equal(target.requests[0].headers.authorization, expected);
});

test('a Location in UTF-8 is read as such', async (t) => {
  const server = await startServer(t, {
    answer: ({ path }) => (path === '/' ? redirect(Buffer.from('/ü').toString('latin1')) : {}),
  });
  await open(t, server.url, { maxRedirects: 1 });
  assert.equal(server.requests[1].path, '/%C3%BC');
});

test('over a Unix socket a relative redirect stays there, and another one leaves it', async (t) => {
  const target = await startServer(t);
  const folder = await mkdtemp(join(tmpdir(), 'socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'a socket');
  const seen = [];
  const http = createServer();
  http.on('upgrade', (request, socket) => {
    seen.push([request.url, request.headers.cookie]);
    const to = request.url === '/old?x' ? 'new?y#z' : target.url;
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`);
  });
  http.listen(path);
  await once(http, 'listening');
  t.after(() => http.close());
  await open(t, `ws+unix:${path}:/old?x`, { maxRedirects: 2, headers: { Cookie: 'a=1' } });
  assert.deepEqual(seen, [
    ['/old?x', 'a=1'],
    ['/new?y', 'a=1'],
  ]);
  assert.equal(target.requests[0].headers.cookie, undefined);
});

for (const scheme of ['wss:', 'https:']) {
  test(`a redirect from ws: to ${scheme} is followed`, async (t) => {
    const authority = await Authority.create();
    const target = await startServer(t, { tls: await authority.issue() });
    const server = await startServer(t, {
      answer: redirect(`${target.url.replace('wss:', scheme)}secure`),
    });
    await open(t, server.url, { maxRedirects: 1, tls: { ca: authority.pem } });
    assert.equal(target.requests[0].path, '/secure');
  });
}

test('a redirect from wss: to http: is refused as one to ws:', async (t) => {
  const authority = await Authority.create();
  const server = await startServer(t, {
    tls: await authority.issue(),
    answer: redirect('http://127.0.0.1:1/'),
  });
  const options = { maxRedirects: 1, tls: { ca: authority.pem } };
  const error = await rejection(new WebSocketStream(server.url, options).opened);
  assert.match(error.message, /from wss: to ws:/);
});

test('credentials stay behind when the redirect leads to another origin', async (t) => {
  const target = await startServer(t);
  const server = await startServer(t, { answer: redirect(target.url.replace('ws:', 'http:')) });
  const url = server.url.replace('//', '//user:password@');
  const headers = { Cookie: 'a=1', Authorization: 'Bearer x', Host: 'other', 'X-Kept': 'yes' };
  await open(t, url, { maxRedirects: 5, headers });
  const { headers: sent } = target.requests[0];
  assert.deepEqual([sent.cookie, sent.authorization], [undefined, undefined]);
  assert.equal(sent.host, `127.0.0.1:${target.port}`);
  assert.equal(sent['x-kept'], 'yes');
});

for (const [title, headers, body] of [
  ['is shorter than its length', { 'Content-Length': '1000' }, 'Moved'],
  ['has no last chunk', { 'Transfer-Encoding': 'chunked' }, '5\r\nMoved\r\n'],
  ['has no end', {}, 'Moved'],
]) {
  test(`a redirect is followed at once although its body ${title}`, async (t) => {
    const target = await startServer(t);
    const plan = redirect(target.url);
    const server = await startServer(t, {
      answer: { ...plan, headers: { ...plan.headers, 'Content-Length': null, ...headers }, body },
    });
    const started = performance.now();
    await open(t, server.url, { maxRedirects: 1 });
    // A body of a refusal is waited for two seconds.
    assert.ok(performance.now() - started < 1500);
  });
}

test('a redirect that is not followed has its body in the error', async (t) => {
  const server = await startServer(t, { answer: { ...redirect('file:///'), body: 'moved away' } });
  const { response } = await rejection(new WebSocketStream(server.url, { maxRedirects: 1 }).opened);
  assert.equal(Buffer.from(response.body).toString(), 'moved away');
});

test('one redirect more than maxRedirects fails with the last answer', async (t) => {
  const server = await startServer(t, { answer: redirect('/again') });
  const wss = new WebSocketStream(server.url, { maxRedirects: 3 });
  const error = await rejection(wss.opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REDIRECT');
  assert.match(error.message, /maxRedirects/);
  assert.equal(error.response.status, 302);
  assert.equal(server.requests.length, 4);
});

test('a redirect from wss: to ws: is refused', async (t) => {
  const authority = await Authority.create();
  const target = await startServer(t);
  const server = await startServer(t, {
    tls: await authority.issue(),
    answer: redirect(target.url),
  });
  const options = { maxRedirects: 1, tls: { ca: authority.pem } };
  const error = await rejection(new WebSocketStream(server.url, options).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REDIRECT');
  assert.match(error.message, /from wss: to ws:/);
  assert.equal(target.connections, 0);
});

for (const [title, headers] of [
  ['no Location', {}],
  ['an empty Location', { Location: '' }],
]) {
  test(`a redirect with ${title} is an error`, async (t) => {
    const server = await startServer(t, { answer: { status: 302, headers } });
    const wss = new WebSocketStream(server.url, { maxRedirects: 2 });
    const error = await rejection(wss.opened);
    assert.match(error.cause.code, /^ERR_WEBSOCKET_(REFUSED|REDIRECT)$/);
    assert.equal(error.response.status, 302);
  });
}

test('a redirect to what is no URL is refused', async (t) => {
  const server = await startServer(t, { answer: redirect('ws://[nonsense') });
  const error = await rejection(new WebSocketStream(server.url, { maxRedirects: 1 }).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_REDIRECT');
  assert.match(error.message, /to what is no URL/);
});

test('a redirect to another scheme is refused', async (t) => {
  const server = await startServer(t, { answer: redirect('file:///etc/passwd') });
  const error = await rejection(new WebSocketStream(server.url, { maxRedirects: 1 }).opened);
  assert.match(error.message, /to file:/);
});

test('handshakeTimeout covers all redirects together', async (t) => {
  let count = 0;
  const server = await startServer(t, {
    answer: () => ((count += 1) < 3 ? redirect(`/${count}`) : { silent: true }),
  });
  const options = { maxRedirects: 9, handshakeTimeout: 500 };
  const error = await rejection(new WebSocketStream(server.url, options).opened);
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT');
  assert.match(error.message, /500 ms/);
});
