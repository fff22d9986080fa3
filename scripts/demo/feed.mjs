// The feed: one connection to a server in a child process, read by a consumer that pauses now and
// then, while replies go the other way. Every message carries a number.

import { setTimeout as delay } from 'node:timers/promises';

import websocketstream from '../../index.js';
import { describeClose } from './explanation.mjs';
import { FeedProcess } from './feed-process.mjs';
import { Meter } from './meter.mjs';
import { END, encodeReply, numberOfFeedMessage } from './numbered-message.mjs';
import { printReport } from './report.mjs';
import { Tally } from './tally.mjs';

const { WebSocketStream } = websocketstream;

const FEED_MESSAGES = 1_000_000;
const REPLY_MESSAGES = 200_000;

/** The reader stops for PAUSE_MS after each PAUSE_EVERY messages: long enough to be felt. */
const PAUSE_EVERY = 100_000;
const PAUSE_MS = 100;

/**
 * Runs the feed and prints how it went.
 *
 * @returns {Promise<number>} the exit code: 1 if a message was lost, damaged or out of order
 */
export async function runFeed() {
  const server = new FeedProcess(FEED_MESSAGES, REPLY_MESSAGES);
  const progress = { read: 0, sent: 0, paused: false };
  const meter = new Meter(progress, server, { feed: FEED_MESSAGES, replies: REPLY_MESSAGES });
  try {
    const wss = new WebSocketStream(`ws://127.0.0.1:${await server.port()}/feed`);
    const { readable, writable } = await wss.opened;
    announce(wss.url);
    meter.start();
    const [feed, replies] = await Promise.all([
      readFeed(readable, progress),
      sendReplies(writable, progress, server),
    ]);
    wss.close({ closeCode: 1000, reason: 'done' });
    const close = await wss.closed;
    meter.stop();
    printReport({ feed, replies, peakRss: meter.peakRss, close: describeClose(close) });
    return [feed, replies].every(isComplete) ? 0 : 1;
  } finally {
    meter.stop();
    server.stop();
  }
}

/**
 * Reads to the end of the feed.
 *
 * @param {ReadableStream<string>} readable
 * @param {{ read: number, paused: boolean }} progress
 */
async function readFeed(readable, progress) {
  const tally = new Tally(FEED_MESSAGES);
  const reader = readable.getReader();
  const started = performance.now();
  for (;;) {
    const { value, done } = await reader.read();
    if (done || value === END) break;
    tally.add(numberOfFeedMessage(value));
    progress.read = tally.count;
    if (tally.count % PAUSE_EVERY === 0 && tally.count < FEED_MESSAGES) {
      progress.paused = true;
      await delay(PAUSE_MS);
      progress.paused = false;
    }
  }
  reader.releaseLock();
  return { ...tally.result(), seconds: (performance.now() - started) / 1000 };
}

/**
 * Sends the replies as fast as the stream takes them, and waits until the server has seen the last.
 *
 * @param {WritableStream<string | Uint8Array>} writable
 * @param {{ sent: number }} progress
 * @param {FeedProcess} server
 */
async function sendReplies(writable, progress, server) {
  const writer = writable.getWriter();
  const started = performance.now();
  for (let number = 0; number < REPLY_MESSAGES; number += 1) {
    await writer.ready;
    // A failed write makes the next `ready` reject; there is no need to hear of it twice.
    writer.write(encodeReply(number)).catch(() => {});
    progress.sent = number + 1;
  }
  await writer.write(END);
  const result = await server.replies();
  writer.releaseLock();
  return { ...result, seconds: (performance.now() - started) / 1000 };
}

/** @param {string} url */
function announce(url) {
  const [feed, replies, every] = [FEED_MESSAGES, REPLY_MESSAGES, PAUSE_EVERY].map((number) =>
    number.toLocaleString('en'),
  );
  process.stdout.write(
    `Connected to ${url}\n` +
      `Reading ${feed} messages, with a pause of ${PAUSE_MS} ms after each ${every}, ` +
      `and sending ${replies}.\n\n`,
  );
}

/** @param {{ lost: number, outOfOrder: number, damaged: number }} way */
function isComplete({ lost, outOfOrder, damaged }) {
  return lost === 0 && outOfOrder === 0 && damaged === 0;
}
