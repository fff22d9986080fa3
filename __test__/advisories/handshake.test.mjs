import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { encodeFrame, OPCODE } from '../helpers/frame.mjs';
import { offline } from '../helpers/offline.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { until } from '../helpers/until.mjs';

const MIB = 1024 * 1024;

async function refused(t, answer, options) {
  const server = await startServer(t, { answer });
  const wss = new WebSocketStream(server.url, options);
  const error = await rejection(wss.opened);
  assertWebSocketError(error);
  assertWebSocketError(await rejection(wss.closed), { closeCode: 1006, reason: '' });
  await until(() => server.open === 0, 'the connection is gone');
  return error;
}

test('CVE-2024-37890: an answer with 3000 headers is refused', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, i) => `X-${i}: ${i}\r\n`).join('');
  await refused(t, { raw: `HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n` });
});

for (const id of ['CVE-2023-43669', 'RUSTSEC-2023-0065']) {
  test(`${id}: a header without end is refused, and costs little`, async (t) => {
    const before = process.memoryUsage.rss();
    const started = process.cpuUsage();
    await refused(t, { raw: `HTTP/1.1 101 Switching Protocols\r\nX: ${'x'.repeat(8 * MIB)}` });
    const { user } = process.cpuUsage(started);
    assert.ok(user < 5_000_000, `${user} us of work`);
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 64 * MIB, `${grown} bytes more`);
  });

  test(`${id}: an answer that comes byte by byte is accepted`, async (t) => {
    const headers = { 'X-Long': 'x'.repeat(3000) };
    const server = await startServer(t, { answer: { headers, dribble: true } });
    const wss = new WebSocketStream(server.url);
    t.after(() => wss.close());
    const { response } = await wss.opened;
    assert.equal(response.headers.get('x-long').length, 3000);
  });
}

for (const id of ['CVE-2026-55517', 'GHSA-x2qc-cmh9-f4hf']) {
  const bytes = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 128 + i));
  test(`${id}: the bytes 0x80 to 0xFF in a header's value are delivered`, async (t) => {
    const { info } = await openPair(t, { server: { answer: { headers: { 'X-High': bytes } } } });
    assert.equal(info.response.headers.get('x-high'), bytes);
  });

  const names = ['Upgrade', 'Connection', 'Sec-WebSocket-Accept'];
  for (const name of [...names, 'Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions']) {
    test(`${id}: the bytes 0x80 to 0xFF in ${name} end in an error or are passed over`, async (t) => {
      const server = await startServer(t, { answer: { headers: { [name]: bytes } } });
      const wss = new WebSocketStream(server.url, { protocols: ['chat'] });
      assertWebSocketError(await rejection(wss.opened));
      assertWebSocketError(await rejection(wss.closed), { closeCode: 1006 });
    });
  }

  test(`${id}: the bytes 0x80 to 0xFF in a refusal are delivered`, async (t) => {
    const error = await refused(t, { status: 403, headers: { 'X-High': bytes } });
    assert.equal(error.response.headers.get('x-high'), bytes);
  });
}

for (const id of ['CVE-2026-2229', 'GHSA-v9p9-hfj2-hcw8']) {
  for (const bits of ['0', '7', '16', '99', '', '""', 'x', '-1', '1e1', '08', '8.0']) {
    test(`${id}: server_max_window_bits=${bits} ends in an error`, async (t) => {
      const value = `permessage-deflate; server_max_window_bits=${bits}`;
      await refused(t, { headers: { 'Sec-WebSocket-Extensions': value } });
    });
  }
}

for (const id of ['CVE-2023-26103', 'CVE-2021-32640']) {
  for (const name of ['Connection', 'Upgrade', 'Sec-WebSocket-Protocol']) {
    test(`${id}: 60 KB of blanks in ${name} take no time to split`, async (t) => {
      const started = performance.now();
      await refused(t, { headers: { [name]: `x${' \t,'.repeat(20_000)}x` } });
      assert.ok(performance.now() - started < 5000);
    });
  }
}

for (const [title, character] of [
  ['CR', '\r'],
  ['LF', '\n'],
  ['NUL', '\0'],
  ['CR LF', '\r\nX-Injected: 1'],
]) {
  test(`CVE-2026-1527: ${title} in a header is refused before anything is sent`, () => {
    for (const [name, value] of [
      ['X-Name', `a${character}b`],
      [`X${character}Name`, 'a'],
      ['Host', `a${character}b`],
      ['Authorization', `a${character}b`],
    ]) {
      assert.throws(() => offline(undefined, { headers: { [name]: value } }), TypeError);
      assert.throws(() => offline(undefined, { headers: [[name, value]] }), TypeError);
    }
  });

  test(`CVE-2026-1527: ${title} in a protocol is refused before anything is sent`, () => {
    const attempt = () => offline(undefined, { protocols: [`a${character}b`] });
    assert.throws(attempt, { name: 'SyntaxError' });
  });

  test(`CVE-2026-1527: ${title} in the URL injects nothing`, async (t) => {
    const server = await startServer(t);
    const { host } = new URL(server.url);
    for (const part of [`p${character}q`, `?q${character}r`]) {
      const wss = new WebSocketStream(`${server.url}${part}`);
      t.after(() => wss.close());
      await wss.opened;
    }
    const credentials = `ws://u${character}v:w${character}x@${host}/`;
    const wss = new WebSocketStream(credentials);
    t.after(() => wss.close());
    await wss.opened;
    assert.equal(server.requests.length, 3);
    for (const { method, version, headers, path } of server.requests) {
      assert.deepEqual([method, version], ['GET', 'HTTP/1.1']);
      assert.equal(headers['x-injected'], undefined);
      assert.doesNotMatch(path, /[\0\r\n ]/);
    }
  });
}

for (const id of ['CVE-2022-39386', 'GHSA-3wwx-pv8p-q78v']) {
  test(`${id}: garbage behind a broken frame becomes no uncaught error`, async (t) => {
    const uncaught = [];
    const listen = (error) => uncaught.push(error);
    process.on('uncaughtExceptionMonitor', listen);
    process.on('unhandledRejection', listen);
    t.after(() => {
      process.off('uncaughtExceptionMonitor', listen);
      process.off('unhandledRejection', listen);
    });
    const { wss, peer } = await openPair(t, { client: { maxMessageSize: 100 } });
    const tooBig = encodeFrame({ opcode: OPCODE.text, payload: 'x'.repeat(101) });
    peer.sendRaw(Buffer.concat([tooBig, Buffer.alloc(100_000, 0xff)]));
    assert.equal((await peer.untilClose()).code, 1009);
    peer.end();
    assertWebSocketError(await rejection(wss.closed), { closeCode: 1009 });
    assert.deepEqual(uncaught, []);
  });
}
