// A feed that goes on across lost connections: backoff with jitter, and resuming after the last
// message. The guide docs/guides/reconnecting.md explains it.
//   node examples/reconnect.mjs

import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { WebSocketError, WebSocketStream } from 'websocketstream';

import { startServer } from './local-server.mjs';

/**
 * Yields the messages of a feed. Ends when the server closes cleanly; throws when it makes no sense
 * to try again, or when no attempt in a row succeeded.
 *
 * @param {() => WebSocketStream} connect makes a connection; it knows where to resume
 * @param {object} [options]
 * @param {number} [options.firstDelay] ms before the second attempt; then twice as long each time
 * @param {number} [options.maxDelay] in ms
 * @param {number} [options.attempts] without a message in between
 * @param {(writable: WritableStream) => Promise<void>} [options.onOpen] says what is wanted
 */
export async function* reconnecting(
  connect,
  { firstDelay = 500, maxDelay = 30_000, attempts = 10, onOpen = async () => {} } = {},
) {
  for (let failures = 0; ;) {
    try {
      const wss = connect();
      const { readable, writable } = await wss.opened;
      await onOpen(writable);
      for await (const message of readable) {
        failures = 0;
        yield message;
      }
      await wss.closed;
      return;
    } catch (error) {
      failures += 1;
      if (!isTemporary(error) || failures >= attempts) throw error;
      const longest = Math.min(firstDelay * 2 ** (failures - 1), maxDelay);
      // At random, so that not all clients come back at once.
      await delay(longest * (0.5 + Math.random() / 2));
    }
  }
}

/** Whether trying again can help. */
function isTemporary(error) {
  if (!(error instanceof WebSocketError)) return false;
  const status = error.response?.status;
  if (status) return status === 429 || status >= 500;
  return !PERMANENT.test(error.cause?.code ?? '');
}

/** A certificate does not get better, and a server that breaks the protocol does it again. */
const PERMANENT = /^(CERT_|DEPTH_ZERO|ERR_TLS_|ERR_WEBSOCKET_PROTOCOL|SELF_SIGNED|UNABLE_TO_)/;

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // The server drops every client after seven messages, and refuses every third one.
  let clients = 0;
  const { url, stop } = await startServer(
    async (socket, request) => {
      const after = Number(new URL(request.url, 'ws://localhost').searchParams.get('after'));
      for (let n = after + 1; n <= 30; n += 1) {
        await new Promise((resolve) => socket.send(String(n), resolve));
        if (n % 7 === 0) {
          socket.terminate();
          return;
        }
      }
      socket.close(1000);
    },
    { verifyClient: (info, answer) => answer(++clients % 3 !== 0, 503) },
  );

  let last = 0;
  const connect = () => new WebSocketStream(`${url}/feed?after=${last}`);
  for await (const message of reconnecting(connect, { firstDelay: 10 })) {
    if (Number(message) !== last + 1) throw new Error(`${message} after ${last}`);
    last = Number(message);
  }
  console.log(`${last} messages in order over ${clients} attempts`);
  stop();
}
