// What blocks in the documents take for granted: the names of the blocks before them.

import type { Worker } from 'node:worker_threads';
import type * as Package from '../../index.js';
import '../../global.js';

declare global {
  const url: string;
  const wss: Package.WebSocketStream;
  const readable: Package.WebSocketReadable;
  const writable: Package.WebSocketWritable;
  const writer: WritableStreamDefaultWriter<Package.WebSocketChunk>;
  const worker: Worker;
  const source: ReadableStream<string>;
  const encoder: Transformer<string, string>;
  const database: { query(text: string): AsyncIterable<unknown> };
  function saveToDatabase(message: unknown): Promise<void>;
  function readFileSync(file: string): Buffer;
}
