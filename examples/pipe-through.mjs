// Pipes a connection through transforms and back: trades come in as JSON, averages go out.
// The whole chain is as slow as its slowest part, and nothing piles up in between.
//   node examples/pipe-through.mjs [wss://host/path]

import { WebSocketStream } from 'websocketstream';

import { serverFor } from './local-server.mjs';

const { url, stop } = await serverFor((socket) => {
  socket.on('message', (data) => console.log('the server received', String(data)));
  for (let n = 1; n <= 20; n += 1) socket.send(JSON.stringify({ symbol: 'ABC', price: 100 + n }));
  socket.close(1000, 'end of the day');
});

const parse = new TransformStream({
  transform: (message, controller) => controller.enqueue(JSON.parse(message)),
});

/** Turns every five trades into one message with their average price. */
function averages() {
  let prices = [];
  return new TransformStream({
    transform({ symbol, price }, controller) {
      prices.push(price);
      if (prices.length < 5) return;
      const average = prices.reduce((sum, one) => sum + one) / prices.length;
      controller.enqueue(JSON.stringify({ symbol, average }));
      prices = [];
    },
  });
}

const wss = new WebSocketStream(url);
const { readable, writable } = await wss.opened;

// `preventClose`: the server has closed when the readable ends, there is nothing left to close.
await readable
  .pipeThrough(parse)
  .pipeThrough(averages())
  .pipeTo(writable, { preventClose: true })
  .catch((error) => {
    // A connection that ended cleanly leaves its writable with this error.
    if (error.name !== 'InvalidStateError') throw error;
  });

console.log('closed with', await wss.closed);
stop();
