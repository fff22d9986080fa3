// A program in TypeScript that is compiled to an ES module.
import { WebSocketError, WebSocketStream } from 'websocketstream';
import type {
  WebSocketChunk,
  WebSocketCloseInfo,
  WebSocketMessage,
  WebSocketOpenInfo,
} from 'websocketstream';
import * as all from 'websocketstream';
import { Readable, Writable } from 'node:stream';
import { TransformStream } from 'node:stream/web';

const controller = new AbortController();
const wss = new WebSocketStream(new URL('wss://localhost/'), {
  protocols: new Set(['a', 'b']),
  signal: controller.signal,
  headers: { Authorization: 'Bearer x' },
});

export async function run(): Promise<Required<WebSocketCloseInfo>> {
  const info: WebSocketOpenInfo = await wss.opened;
  const upper = new TransformStream<WebSocketMessage, WebSocketChunk>({
    transform(message, output) {
      output.enqueue(typeof message === 'string' ? message.toUpperCase() : message);
    },
  });
  await info.readable.pipeThrough(upper).pipeTo(info.writable);
  Readable.fromWeb(info.readable);
  Writable.fromWeb(info.writable);
  wss.close({ closeCode: 1000, reason: 'done' });
  return wss.closed;
}

export function codeOf(error: unknown): number | null {
  return error instanceof WebSocketError ? error.closeCode : null;
}

export const { WebSocketStream: again } = all;
