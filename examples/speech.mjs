// Streams in both directions at once, as speech services have it: audio goes up in pieces of 20 ms,
// transcripts (text) and synthetic audio (bytes) come down while it still goes up.
//   node examples/speech.mjs

import { setTimeout as delay } from 'node:timers/promises';

import { WebSocketStream } from 'websocketstream';

import { startServer } from './local-server.mjs';

const RATE = 16_000;
const PIECE = (RATE / 50) * 2; // bytes of 20 ms with 16 bits
const PIECES = 100;

// The server answers each half second with a transcript and the same audio, half as loud.
const { url, stop } = await startServer((socket) => {
  let heard = [];
  let seconds = 0;
  socket.on('message', (data, isBinary) => {
    if (!isBinary) {
      socket.close(1000, 'all heard');
      return;
    }
    heard.push(data);
    if (heard.length < 25) return;
    seconds += 0.5;
    socket.send(JSON.stringify({ until: seconds, text: `half second ${seconds * 2}` }));
    const samples = Buffer.concat(heard);
    for (let at = 0; at < samples.length; at += 2) {
      samples.writeInt16LE(samples.readInt16LE(at) >> 1, at);
    }
    socket.send(samples);
    heard = [];
  });
});

const wss = new WebSocketStream(url);
const { readable, writable } = await wss.opened;
await Promise.all([speak(), listen()]);
console.log('closed with', await wss.closed);
stop();

async function speak() {
  const writer = writable.getWriter();
  for (let n = 0; n < PIECES; n += 1) {
    const samples = new Int16Array(PIECE / 2);
    for (let i = 0; i < samples.length; i += 1) {
      samples[i] = 8000 * Math.sin(((n * samples.length + i) / RATE) * 440 * 2 * Math.PI);
    }
    await writer.write(samples);
    await delay(2); // a microphone takes 20
  }
  await writer.write('end');
}

async function listen() {
  let played = 0;
  for await (const message of readable) {
    if (typeof message === 'string') console.log('heard:', JSON.parse(message).text);
    else {
      // The message owns its buffer, so it can be read as samples without a copy.
      const samples = new Int16Array(message.buffer);
      played += samples.length / RATE;
    }
  }
  console.log(`played ${played} s`);
}
