import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { startPythonServer } from '../helpers/python-server.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';

const messages = [
  'short',
  'π and more, π and more, '.repeat(100),
  '',
  randomBytes(3000),
  Buffer.alloc(300_000, 'abcdefgh'),
  'π and more, π and more, '.repeat(100),
];

const servers = [
  { server_no_context_takeover: true },
  { client_no_context_takeover: true },
  { server_no_context_takeover: true, client_no_context_takeover: true },
  { server_max_window_bits: 9, client_max_window_bits: 9 },
  { server_max_window_bits: 15, client_max_window_bits: 8 },
  { server_max_window_bits: 12, client_max_window_bits: 15, client_no_context_takeover: true },
];
for (const settings of servers) {
  test(`websockets set to ${JSON.stringify(settings)} gives every message back`, async (t) => {
    await echoes(t, settings, { threshold: 0 });
  });
}

const clients = [
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { clientMaxWindowBits: 8 },
  { serverNoContextTakeover: true, serverMaxWindowBits: 10, clientMaxWindowBits: 10 },
];
for (const settings of clients) {
  test(`websockets gives every message back when asked for ${JSON.stringify(settings)}`, async (t) => {
    await echoes(t, {}, { threshold: 0, ...settings });
  });
}

async function echoes(t, deflate, perMessageDeflate) {
  const server = await startPythonServer(t, { deflate });
  const wss = new WebSocketStream(server.url, { perMessageDeflate });
  t.after(() => wss.close());
  const { readable, writable, extensions } = await within(wss.opened, 'open');
  assert.match(extensions, /^permessage-deflate/);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  for (const message of messages) writer.write(message);
  for (const message of messages) {
    const { value } = await within(reader.read(), 'an echo');
    assert.ok(Buffer.from(message).equals(Buffer.from(value)));
  }
}
