import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocketStream } from '../../index.js';
import { runFixture } from '../helpers/child.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';

const hold = new URL('./fixtures/hold.mjs', import.meta.url);

const ending = [
  ['unref() lets the process end', ['unref']],
  ['unref() before the connection is open lets the process end', ['early']],
  ['the symbol of Node does what unref() does', ['symbol-unref']],
  ['unref() twice is the same as once', ['unref', 'unref']],
  ["a pending read does not keep an unref'd connection", ['read', 'unref']],
  ['ref() and unref() in turn: the last one counts', ['unref', 'ref', 'unref']],
];
for (const [title, steps] of ending) {
  test(title, async (t) => {
    const server = await startServer(t);
    const { code, stdout, stderr, timedOut } = await runFixture(hold, {
      args: [server.url, ...steps],
    });
    assert.equal(timedOut, false, 'the process is still there');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'ready\n');
  });
}

for (const steps of [['unref'], ['unref', 'ref', 'unref']]) {
  test(`a look-up that never answers does not keep the process after ${steps.join(', ')}`, async () => {
    const { code, stdout, stderr, timedOut } = await runFixture(
      new URL('./fixtures/look-up.mjs', import.meta.url),
      { args: steps },
    );
    assert.equal(timedOut, false, 'the process is still there');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'pending\n');
  });
}

for (const steps of [[], ['unref', 'ref']]) {
  test(`a look-up that never answers keeps the process until handshakeTimeout after ${steps.join(', ') || 'nothing'}`, async () => {
    const { code, stdout, stderr } = await runFixture(
      new URL('./fixtures/look-up.mjs', import.meta.url),
      { args: steps },
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'ERR_WEBSOCKET_HANDSHAKE_TIMEOUT\n');
  });
}

const staying = [
  ['an open connection keeps the process alive', []],
  ['ref() after unref() keeps the process alive', ['unref', 'ref']],
  ['the symbols of Node keep the process alive as ref() does', ['symbol-unref', 'symbol-ref']],
  ["another connection that is unref'd changes nothing", ['other']],
];
for (const [title, steps] of staying) {
  test(title, async (t) => {
    const server = await startServer(t);
    const child = spawn(process.execPath, [fileURLToPath(hold), server.url, ...steps], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const exit = new Promise((resolve) => {
      child.once('close', (code) => resolve(code));
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    assert.equal((await within(lines.next(), 'the child is ready')).value, 'ready');
    const peer = await server.peer();
    assert.equal((await within(lines.next(), 'the child lives')).value, 'alive');
    peer.sendClose(1000);
    peer.end();
    assert.equal((await within(lines.next(), 'the child sees the end')).value, 'closed');
    child.kill('SIGKILL');
    await exit;
  });
}

test('ref() and unref() return the connection', async (t) => {
  const { wss } = await openPair(t);
  assert.equal(wss.unref(), wss);
  assert.equal(wss.ref(), wss);
  assert.equal(wss[Symbol.for('nodejs.unref')](), undefined);
});

test('unref() after the end changes nothing for others', async (t) => {
  const server = await startServer(t);
  const first = new WebSocketStream(server.url, { signal: AbortSignal.abort() });
  assert.equal(first.unref(), first);
  assert.equal(first.ref(), first);
});
