// Compiled with the library of the DOM, never run: code that was written for browsers takes what
// the package gives.
import { WebSocketError, WebSocketStream } from 'websocketstream';

declare const wss: WebSocketStream;
const { readable, writable } = await wss.opened;

const source: ReadableStream<string | Uint8Array> = readable;
const sink: WritableStream<string | Uint8Array<ArrayBuffer>> = writable;
const error: DOMException = new WebSocketError();
const url: string = new URL(wss.url).href;
const part: BlobPart | undefined = (await source.getReader().read()).value as string;
const decoded = source.pipeThrough(new TransformStream<string | Uint8Array, string>());
export { decoded, error, part, sink, url };
