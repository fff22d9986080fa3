// Gives up connecting: after a time, or when somebody says so.
//   node examples/abort.mjs [wss://host/path]

import { once } from 'node:events';
import { createServer } from 'node:net';

import { WebSocketError, WebSocketStream } from 'websocketstream';

// A server that takes connections and never says a word.
const silent = createServer().listen(0, '127.0.0.1');
await once(silent, 'listening');
const url = process.argv[2] ?? `ws://127.0.0.1:${silent.address().port}`;

await attempt('a signal with a time limit', { signal: AbortSignal.timeout(300) });

const controller = new AbortController();
setImmediate(() => controller.abort(new Error('the user went away')));
await attempt('a signal with a reason of its own', { signal: controller.signal });

await attempt('the time limit of the handshake', { handshakeTimeout: 300 });

silent.close();

/**
 * @param {string} title
 * @param {import('websocketstream').WebSocketStreamOptions} options
 */
async function attempt(title, options) {
  const wss = new WebSocketStream(url, options);
  try {
    await wss.opened;
    console.log(`${title}: connected in time`);
    wss.close();
    await wss.closed;
  } catch (error) {
    // An aborted connection rejects with the signal's reason, a failed one with a WebSocketError.
    const kind =
      error instanceof WebSocketError ? `${error.name} ${error.cause?.code}` : error.name;
    console.log(`${title}: ${kind}: ${error.message}`);
  }
}
