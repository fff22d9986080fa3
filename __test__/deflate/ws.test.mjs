import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const messages = [
  'short',
  'π and more, π and more, '.repeat(100),
  '',
  randomBytes(3000),
  Buffer.alloc(300_000, 'abcdefgh'),
  JSON.stringify(Array.from({ length: 3000 }, (_, id) => ({ id, name: `name ${id % 7}` }))),
  'π and more, π and more, '.repeat(100),
];

const combinations = [];
for (const serverNoContextTakeover of [true, false]) {
  for (const clientNoContextTakeover of [true, false]) {
    for (const [serverMaxWindowBits, clientMaxWindowBits] of [[], [9, 9], [15, 8], [10, 15]]) {
      combinations.push({
        serverNoContextTakeover,
        clientNoContextTakeover,
        ...(serverMaxWindowBits && { serverMaxWindowBits, clientMaxWindowBits }),
      });
    }
  }
}

for (const settings of combinations) {
  test(`ws set to ${JSON.stringify(settings)} gets and gives back every message`, async (t) => {
    await echoes(t, { perMessageDeflate: { threshold: 0, ...settings } }, { threshold: 0 });
  });

  test(`ws gets and gives back every message when asked for ${JSON.stringify(settings)}`, async (t) => {
    await echoes(t, { perMessageDeflate: { threshold: 0 } }, { threshold: 0, ...settings });
  });
}

for (const level of [1, 2, 5, 6, 9]) {
  test(`ws understands level ${level}`, async (t) => {
    await echoes(t, { perMessageDeflate: true }, { level, threshold: 0, clientMaxWindowBits: 8 });
  });
}

async function echoes(t, ws, perMessageDeflate) {
  const server = await startWsServer(t, { ws });
  const wss = new WebSocketStream(server.url, { perMessageDeflate });
  t.after(() => wss.close());
  const { readable, writable, extensions } = await within(wss.opened, 'open');
  assert.match(extensions, /^permessage-deflate/);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  for (const message of messages) writer.write(message);
  for (const message of messages) {
    const { value } = await within(reader.read(), 'an echo');
    assert.equal(typeof value === 'string', typeof message === 'string');
    assert.ok(Buffer.from(message).equals(Buffer.from(value)));
  }
}
