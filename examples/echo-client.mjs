// Sends text and bytes to an echo server and prints what comes back.
//   node examples/echo-client.mjs [wss://host/path]

import { WebSocketStream } from 'websocketstream';

import { serverFor } from './local-server.mjs';

const { url, stop } = await serverFor((socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});

const wss = new WebSocketStream(url);
const { readable, writable } = await wss.opened;
const reader = readable.getReader();
const writer = writable.getWriter();

for (const message of ['hello', 'Grüße', new Uint8Array([1, 2, 3])]) {
  await writer.write(message);
  const { value } = await reader.read();
  console.log('sent', message, 'received', value);
}

wss.close({ closeCode: 1000, reason: 'done' });
console.log('closed with', await wss.closed);
stop();
