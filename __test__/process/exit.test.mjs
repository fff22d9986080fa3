import assert from 'node:assert/strict';
import { fixtureResult, runFixture } from '../helpers/child.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

/** Far more than a free machine needs, far less than any timer of the package. */
const SOON_MS = 1500;

const fixture = (name) => new URL(`./fixtures/${name}.mjs`, import.meta.url);

test('a process ends by itself soon after the last connection has closed', async (t) => {
  const { url } = await startWsServer(t);
  const { lived } = await fixtureResult(fixture('talk-and-close'), { args: [url] });
  assert.ok(lived < SOON_MS, `${lived} ms`);
});

test('a process ends by itself soon after a connection was refused', async (t) => {
  const { url } = await startServer(t, { answer: { status: 403 } });
  const { lived } = await fixtureResult(fixture('fail-and-end'), { args: [url] });
  assert.ok(lived < SOON_MS, `${lived} ms`);
});

for (const way of ['abort', 'close']) {
  test(`a process ends by itself soon after ${way} during the handshake`, async (t) => {
    const { url } = await startServer(t, { answer: { silent: true } });
    const { lived } = await fixtureResult(fixture('fail-and-end'), { args: [url, way] });
    assert.ok(lived < SOON_MS, `${lived} ms`);
  });
}

test('an open connection keeps the process until it is closed', async (t) => {
  const server = await startServer(t);
  const running = fixtureResult(fixture('wait-for-close'), { args: [server.url] });
  const peer = await server.peer();
  peer.ping();
  await peer.next();
  peer.sendClose(4000, 'done');
  await peer.nextClose();
  peer.end();
  assert.deepEqual(await running, { closeCode: 4000, reason: 'done' });
});

test('a connection that is lost lets the process end', async (t) => {
  const server = await startServer(t);
  const running = runFixture(fixture('wait-for-close'), { args: [server.url] });
  const peer = await server.peer();
  peer.reset();
  const { code, signal, timedOut } = await running;
  assert.equal(timedOut, false);
  // Nobody handles the promise that the program derives from `closed`.
  assert.deepEqual([code, signal], [1, null]);
});
