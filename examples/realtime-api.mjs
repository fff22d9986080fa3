// A client of a realtime API: authorization in the handshake, a session, events as JSON, and a
// connection that is made again when it was lost in the middle of an answer.
//   node examples/realtime-api.mjs

import { WebSocketStream } from 'websocketstream';

import { reconnecting } from './reconnect.mjs';
import { startServer } from './local-server.mjs';

const ANSWER = 'Streams pass the pressure on from end to end .'.split(' ');
let connections = 0;

// The server drops the first connection halfway, as a deployment would.
const { url, stop } = await startServer(
  (socket) => {
    connections += 1;
    const isFirst = connections === 1;
    socket.send(JSON.stringify({ type: 'session.created', session: `s${connections}` }));
    socket.on('message', (data) => {
      const { type, after } = JSON.parse(data);
      if (type !== 'response.create') return;
      for (const [n, word] of ANSWER.entries()) {
        if (n < after) continue;
        if (isFirst && n === 4) {
          socket.terminate();
          return;
        }
        socket.send(JSON.stringify({ type: 'response.delta', n, word }));
      }
      socket.send(JSON.stringify({ type: 'response.done' }));
      socket.close(1000);
    });
  },
  { verifyClient: ({ req }) => req.headers.authorization === 'Bearer secret' },
);

const refused = new WebSocketStream(url, { headers: { Authorization: 'Bearer wrong' } });
await refused.opened.catch(({ response }) => console.log('without the key:', response.status));

const words = [];
const connect = () =>
  new WebSocketStream(url, {
    headers: { Authorization: 'Bearer secret', 'X-Api-Version': '1' },
  });
for await (const message of reconnecting(connect, { firstDelay: 20, onOpen: ask })) {
  const event = JSON.parse(message);
  if (event.type === 'session.created') console.log('session', event.session);
  if (event.type === 'response.delta') words.push(event.word);
  if (event.type === 'response.done') console.log(words.join(' '));
}
console.log(`${connections} connections`);
stop();

/** Asks for the answer, or for the rest of it. */
async function ask(writable) {
  const writer = writable.getWriter();
  await writer.write(JSON.stringify({ type: 'response.create', after: words.length }));
  writer.releaseLock();
}
