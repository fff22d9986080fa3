// Connects the terminal to a server: lines go out as text messages, messages are printed.

import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

import websocketstream from '../../index.js';
import { describeClose, explain } from './explanation.mjs';

const { WebSocketStream } = websocketstream;

/** After the end of piped input, answers are awaited until none came for this long. */
const QUIET_MS = 1000;

/** Bytes of a binary message that are shown. */
const SHOWN_BYTES = 32;

/**
 * Runs until the input ends or the server closes. Messages go to stdout, everything else to stderr.
 *
 * @param {string} url
 * @returns {Promise<number>} the exit code
 */
export async function runTerminal(url) {
  const wss = new WebSocketStream(url);
  const { readable, writable, protocol } = await wss.opened;
  say(`Connected to ${wss.url}${protocol ? ` with ${protocol}` : ''}. Ctrl-D closes.`);

  const lines = createInterface({ input: process.stdin });
  lines.on('SIGINT', () => lines.close());
  process.once('SIGINT', () => lines.close());
  const state = { lastMessage: 0, over: new AbortController() };

  const printing = printMessages(readable, state).catch(() => {});
  const sending = sendLines(lines, writable, state)
    .then(() => wss.close({ closeCode: 1000 }))
    .catch(() => {});
  try {
    const close = await wss.closed;
    say(`Closed with ${describeClose(close)}.`);
    return 0;
  } catch (error) {
    say(`Lost the connection, ${describeClose(error)}. ${explain(error)}`);
    return 1;
  } finally {
    state.over.abort();
    lines.close();
    await Promise.all([printing, sending]);
  }
}

/**
 * @param {ReadableStream<string | Uint8Array>} readable
 * @param {{ lastMessage: number }} state
 */
async function printMessages(readable, state) {
  for await (const message of readable) {
    state.lastMessage = performance.now();
    process.stdout.write(`${typeof message === 'string' ? message : describeBytes(message)}\n`);
  }
}

/**
 * Sends the lines one after the other, as fast as the server takes them, to the end of the input.
 *
 * @param {import('node:readline').Interface} lines
 * @param {WritableStream<string>} writable
 * @param {{ lastMessage: number, over: AbortController }} state
 */
async function sendLines(lines, writable, state) {
  const writer = writable.getWriter();
  for await (const line of lines) await writer.write(line);
  if (!process.stdin.isTTY) await quiet(state);
}

/** @param {{ lastMessage: number, over: AbortController }} state */
async function quiet(state) {
  const ended = performance.now();
  for (;;) {
    const silence = performance.now() - Math.max(state.lastMessage, ended);
    if (silence >= QUIET_MS) return;
    await delay(QUIET_MS - silence, undefined, { signal: state.over.signal });
  }
}

/** @param {Uint8Array} bytes */
function describeBytes(bytes) {
  const shown = Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex');
  return `[${bytes.length} bytes] ${shown}${bytes.length > SHOWN_BYTES ? '...' : ''}`;
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}
