// Failures of the network, next to what `net.connect` says in the same situation.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketStream } from '../../index.js';
import { rejection } from '../helpers/outcome.mjs';
import { quietPort } from '../helpers/quiet-port.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';

async function nodeError(options) {
  const [error] = await once(connect(options), 'error');
  return error;
}

/** What programs look at. */
function facts({ address, code, errno, port, syscall }) {
  return { address, code, errno, port, syscall };
}

async function assertLikeNode(options, url, streamOptions) {
  const { cause } = await rejection(new WebSocketStream(url, streamOptions).opened);
  const expected = await nodeError({ ...options, ...streamOptions });
  assert.deepEqual(facts(cause), facts(expected));
  assert.ok(cause instanceof Error);
  // Node adds the address of this side where connecting fails at once.
  assert.equal(cause.message.replace(/[[\]]/g, ''), expected.message.replace(/ - Local.*$/, ''));
}

for (const host of ['127.0.0.1', '::1']) {
  test(`a port of ${host} where nobody listens is an error as of net.connect`, async (t) => {
    const port = await quietPort(t, host);
    const name = host.includes(':') ? `[${host}]` : host;
    await assertLikeNode({ host, port }, `ws://${name}:${port}/`);
  });
}

test('a localAddress of another machine is an error as of net.connect', async (t) => {
  const { port, url } = await startServer(t);
  await assertLikeNode({ host: '127.0.0.1', port }, url, { localAddress: '192.0.2.7' });
});

test('a Unix socket that is not there is an error as of net.connect', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'none');
  await assertLikeNode({ path }, `ws+unix:${path}:/`);
});

test('a file that is no Unix socket is an error as of net.connect', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'file');
  await writeFile(path, '');
  await assertLikeNode({ path }, `ws+unix:${path}:/`);
});

test('a name that no Unix socket can have is an error with its address', async () => {
  for (const path of [`/tmp/${'a'.repeat(200)}`, '/tmp/a\0b']) {
    const wss = new WebSocketStream(`ws+unix:${path.replace('\0', '%00')}:/`);
    const { cause } = await rejection(wss.opened);
    const { address, code, syscall } = cause;
    assert.deepEqual(
      { address, code, syscall },
      { address: path, code: 'EINVAL', syscall: 'connect' },
    );
  }
});

test('several addresses that fail are an AggregateError with one error as of Node each', async (t) => {
  const port = await quietPort(t);
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const lookup = (name, options, done) =>
    done(
      null,
      hosts.map((address) => ({ address, family: 4 })),
    );
  const { cause } = await rejection(new WebSocketStream(`ws://h.test:${port}/`, { lookup }).opened);
  assert.ok(cause instanceof AggregateError);
  assert.equal(cause.code, 'ECONNREFUSED');
  const expected = await Promise.all(hosts.map((host) => nodeError({ host, port })));
  assert.deepEqual(cause.errors.map(facts), expected.map(facts));
  for (const { message } of expected) assert.ok(cause.message.includes(message));
});
