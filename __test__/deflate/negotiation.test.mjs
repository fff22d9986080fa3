import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { acceptDeflate } from '../helpers/deflate.mjs';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';

const all = {
  clientMaxWindowBits: 9,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 10,
  serverNoContextTakeover: true,
};
const offers = [
  [undefined, 'permessage-deflate; client_max_window_bits'],
  [true, 'permessage-deflate; client_max_window_bits'],
  [false, undefined],
  [{ threshold: 10, level: 9 }, 'permessage-deflate; client_max_window_bits'],
  [
    all,
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover; ' +
      'server_max_window_bits=10; client_max_window_bits=9',
  ],
];
for (const [perMessageDeflate, offer] of offers) {
  test(`perMessageDeflate ${JSON.stringify(perMessageDeflate)} offers ${offer}`, async (t) => {
    const { server, info } = await openPair(t, { client: { perMessageDeflate } });
    assert.equal(server.requests[0].headers['sec-websocket-extensions'], offer);
    assert.equal(info.extensions, '');
  });
}

async function agreed(t, perMessageDeflate) {
  const { url } = await startWsServer(t, { ws: { perMessageDeflate: true } });
  const wss = new WebSocketStream(url, { perMessageDeflate });
  t.after(() => wss.close());
  return (await wss.opened).extensions.split('; ');
}

test('perMessageDeflate.serverNoContextTakeover is agreed on with a server of ws', async (t) => {
  const parameters = await agreed(t, { serverNoContextTakeover: true });
  assert.ok(parameters.includes('server_no_context_takeover'), parameters.join());
});

test('perMessageDeflate.serverMaxWindowBits is agreed on with a server of ws', async (t) => {
  const parameters = await agreed(t, { serverMaxWindowBits: 9 });
  assert.ok(parameters.includes('server_max_window_bits=9'), parameters.join());
});

const accepted = [
  '',
  '; server_no_context_takeover',
  ';client_no_context_takeover;server_max_window_bits=8',
  '; client_max_window_bits="8"; server_no_context_takeover',
];
for (const parameters of accepted) {
  test(`"permessage-deflate${parameters}" is accepted and shown`, async (t) => {
    const { info } = await openPair(t, { server: acceptDeflate(parameters) });
    assert.equal(info.extensions, `permessage-deflate${parameters}`);
  });
}

const refused = [
  ['; client_max_window_bits', /client_max_window_bits/],
  ['; client_max_window_bits=7', /client_max_window_bits.*8 to 15/],
  ['; client_max_window_bits=16', /client_max_window_bits/],
  ['; client_max_window_bits=9.', /client_max_window_bits/],
  ['; server_max_window_bits=08', /server_max_window_bits/],
  ['; server_max_window_bits=x', /server_max_window_bits/],
  ['; server_no_context_takeover=1', /server_no_context_takeover takes no value/],
  ['; client_no_context_takeover=""', /malformed/],
  ['; server_no_context_takeover; server_no_context_takeover', /repeats/],
  ['; mem_level=8', /mem_level/],
  [', permessage-deflate', /twice/],
  [', x-other', /x-other.*not offered/],
  ['; "', /malformed/],
];
for (const [parameters, message] of refused) {
  test(`"permessage-deflate${parameters}" fails the handshake with the reason`, async (t) => {
    await refuses(t, acceptDeflate(parameters), {}, message);
  });
}

const missing = [
  [{ serverNoContextTakeover: true }, '', /server_no_context_takeover.*missing/],
  [{ serverMaxWindowBits: 10 }, '', /server_max_window_bits.*missing/],
  [{ serverMaxWindowBits: 10 }, '; server_max_window_bits=11', /server_max_window_bits is 11/],
];
for (const [perMessageDeflate, parameters, message] of missing) {
  test(`${JSON.stringify(perMessageDeflate)} is not met by "${parameters}"`, async (t) => {
    await refuses(t, acceptDeflate(parameters), { perMessageDeflate }, message);
  });
}

test('compression that was not offered fails the handshake', async (t) => {
  await refuses(t, acceptDeflate(), { perMessageDeflate: false }, /not offered/);
});

test('two lines of the header are one list', async (t) => {
  const headers = { 'Sec-WebSocket-Extensions': ['permessage-deflate', 'permessage-deflate'] };
  await refuses(t, { answer: { headers } }, {}, /twice/);
});

async function refuses(t, serverOptions, clientOptions, message) {
  const server = await startServer(t, serverOptions);
  const wss = new WebSocketStream(server.url, clientOptions);
  const error = await rejection(wss.opened);
  assertWebSocketError(error, { closeCode: 1006 });
  assert.equal(error.cause.code, 'ERR_WEBSOCKET_HANDSHAKE');
  assert.match(error.cause.message, message);
}
