// A program in TypeScript that is compiled to CommonJS.
import websocketstream = require('websocketstream');
import { WebSocketError, WebSocketStream, type WebSocketStreamOptions } from 'websocketstream';

const options: WebSocketStreamOptions = { protocols: ['chat'], handshakeTimeout: 1000 };
const wss = new WebSocketStream('ws://localhost/', options);
const same: typeof WebSocketStream = websocketstream.WebSocketStream;
const error: DOMException = new WebSocketError('text', { closeCode: 3000 });

async function main(): Promise<void> {
  const { readable, writable } = await wss.opened;
  await writable.getWriter().write('text');
  for await (const message of readable) {
    if (typeof message === 'string') message.toUpperCase();
    else message.byteLength.toFixed();
  }
}

export = { error, main, same };
