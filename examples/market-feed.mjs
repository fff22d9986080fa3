// A market feed that is faster than its consumer. Every trade is kept: the server is slowed down.
// Of the prices only the newest counts: they are read at full speed, and the slow part takes what is
// the latest whenever it has time.
//   node examples/market-feed.mjs

import { setTimeout as delay } from 'node:timers/promises';

import { WebSocketStream } from 'websocketstream';

import { serverFor } from './local-server.mjs';

const TRADES = 20_000;

const { url, stop } = await serverFor(async (socket, request) => {
  for (let n = 1; n <= TRADES && socket.readyState === socket.OPEN; n += 1) {
    const message = JSON.stringify({ n, symbol: 'ABC', price: 100 + Math.sin(n / 500) });
    await new Promise((resolve) => socket.send(message, resolve));
  }
  socket.close(1000, `end of ${request.url}`);
});

await Promise.all([everyTrade(), newestPrice()]);
stop();

/** Slow work inside of the loop: backpressure reaches the server. */
async function everyTrade() {
  const wss = new WebSocketStream(new URL('/trades', url));
  const { readable } = await wss.opened;
  let expected = 1;
  for await (const message of readable) {
    const { n } = JSON.parse(message);
    if (n !== expected) throw new Error(`trade ${expected} is missing`);
    expected += 1;
    if (n % 1000 === 0) await delay(5); // a database, say
  }
  console.log(`every trade: ${expected - 1} of ${TRADES}, in order`);
}

/** Slow work beside the loop: it sees the newest value and skips the others. */
async function newestPrice() {
  const wss = new WebSocketStream(new URL('/prices', url));
  const { readable } = await wss.opened;
  let latest;
  let shown = 0;
  const timer = setInterval(() => {
    if (latest) shown += 1;
  }, 20);
  for await (const message of readable) latest = message;
  clearInterval(timer);
  console.log(`newest price: ${JSON.parse(latest).n} read, ${shown} shown`);
}
