// Shows that a slow reader slows the server down instead of filling memory. The server sends as
// fast as it may; the reader takes a message every 5 ms for two seconds, then hurries.
//   node examples/backpressure.mjs [wss://host/path]

import { setTimeout as delay } from 'node:timers/promises';

import { WebSocketStream } from 'websocketstream';

import { serverFor } from './local-server.mjs';

const MESSAGES = 50_000;
let sent = 0;

const { url, stop } = await serverFor(async (socket) => {
  const message = 'x'.repeat(1024);
  while (sent < MESSAGES && socket.readyState === socket.OPEN) {
    // The callback comes when the operating system has taken the message.
    await new Promise((resolve) => socket.send(message, resolve));
    sent += 1;
  }
  socket.close(1000);
});

const wss = new WebSocketStream(url);
const { readable } = await wss.opened;

const started = performance.now();
let received = 0;
let shown = 0;
for await (const message of readable) {
  received += 1;
  const elapsed = performance.now() - started;
  if (elapsed < 2000) await delay(5);
  if (elapsed > shown + 500) {
    shown = elapsed;
    const waiting = ((sent - received) * message.length) / 1024 / 1024;
    const rss = process.memoryUsage.rss() / 1024 / 1024;
    console.log(
      `${(elapsed / 1000).toFixed(1)} s: sent ${sent}, read ${received}, ` +
        `${waiting.toFixed(1)} MiB between them, RSS ${rss.toFixed(0)} MiB`,
    );
  }
}

console.log(`read ${received} of ${sent}, closed with`, await wss.closed);
stop();
