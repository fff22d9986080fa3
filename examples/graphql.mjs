// GraphQL over WebSocket: a query and a subscription, against a server made with `graphql-ws`.
// The protocol is https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, and a client for
// it needs no library.
//   node examples/graphql.mjs

import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';

import { WebSocketStream } from 'websocketstream';

import { startServer } from './local-server.mjs';

const schema = buildSchema(`
  type Query { hello(name: String!): String }
  type Subscription { countdown(from: Int!): Int }
`);
const roots = {
  query: { hello: ({ name }) => `Hello ${name}` },
  subscription: {
    async *countdown({ from }) {
      for (let n = from; n >= 0; n -= 1) yield { countdown: n };
    },
  },
};
const { url, stop, server } = await startServer();
useServer({ schema, roots }, server);

const wss = new WebSocketStream(url, { protocols: ['graphql-transport-ws'] });
const { readable, writable } = await wss.opened;
const reader = readable.getReader();
const writer = writable.getWriter();

await send({ type: 'connection_init' });
await expect('connection_ack');

for await (const { data } of operation('{ hello(name: "World") }')) console.log(data.hello);
for await (const { data } of operation('subscription { countdown(from: 3) }')) {
  console.log('countdown', data.countdown);
}

wss.close({ closeCode: 1000 });
await wss.closed;
stop();

/**
 * The results of an operation, one at a time; the server waits while one is worked on.
 *
 * @param {string} query
 */
async function* operation(query) {
  const id = crypto.randomUUID();
  await send({ id, type: 'subscribe', payload: { query } });
  for (;;) {
    const { type, payload } = await receive();
    if (type === 'next') yield payload;
    else if (type === 'complete') return;
    else throw new Error(`${type}: ${JSON.stringify(payload)}`);
  }
}

/** @param {string} type */
async function expect(type) {
  const message = await receive();
  if (message.type !== type) throw new Error(`${message.type} instead of ${type}`);
}

/** The next message that is no ping. */
async function receive() {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the server closed');
    const message = JSON.parse(value);
    if (message.type !== 'ping') return message;
    await send({ type: 'pong' });
  }
}

/** @param {object} message */
function send(message) {
  return writer.write(JSON.stringify(message));
}
