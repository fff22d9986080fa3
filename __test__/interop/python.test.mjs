import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { test } from '../helpers/test.mjs';
import { startPythonServer } from '../helpers/python-server.mjs';
import { echoCases } from './echo-cases.mjs';

echoCases("Python's websockets", async (t) => (await startPythonServer(t)).url);

test("Python's websockets can close with any code", async (t) => {
  const server = await startPythonServer(t);
  for (const code of [1000, 1001, 1011, 3000, 4999]) {
    const wss = new WebSocketStream(`${server.url}close/${code}`);
    assert.deepEqual(await wss.closed, { closeCode: code, reason: 'by path' });
  }
});

test("Python's websockets gets the pong for its ping", async (t) => {
  const server = await startPythonServer(t);
  const wss = new WebSocketStream(`${server.url}ping`);
  const { readable } = await wss.opened;
  assert.equal((await readable.getReader().read()).value, 'ponged');
  wss.close();
  await wss.closed;
});

test("Python's websockets chooses a subprotocol", async (t) => {
  const server = await startPythonServer(t);
  const wss = new WebSocketStream(server.url, { protocols: ['other', 'chat'] });
  assert.equal((await wss.opened).protocol, 'chat');
  wss.close();
  await wss.closed;
});
