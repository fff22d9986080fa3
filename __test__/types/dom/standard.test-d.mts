// Compiled, never run: the standard part of the typings and the web's own types, as a library of types
// for browsers would declare the interfaces of the standard, take each other's place.
import { WebSocketError, WebSocketStream } from 'websocketstream';
import type {
  WebSocketCloseInfo,
  WebSocketMessage,
  WebSocketOpenInfo,
  WebSocketStreamOptions,
} from 'websocketstream';

interface StandardOptions {
  protocols?: string[];
  signal?: AbortSignal;
}
interface StandardCloseInfo {
  closeCode?: number;
  reason?: string;
}
interface StandardOpenInfo {
  readable: ReadableStream<string | Uint8Array<ArrayBuffer>>;
  writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
  extensions: string;
  protocol: string;
}
declare class StandardStream {
  constructor(url: string, options?: StandardOptions);
  readonly url: string;
  readonly opened: Promise<StandardOpenInfo>;
  readonly closed: Promise<StandardCloseInfo>;
  close(closeInfo?: StandardCloseInfo): void;
}
declare class StandardError extends DOMException {
  constructor(message?: string, init?: StandardCloseInfo);
  readonly closeCode: number | null;
  readonly reason: string;
}

/** Types are given whole, so that every member takes part. */
declare function give<T>(): T;
declare function take<T>(value: T): void;

// Ours in the place of the web's: code that was written for browsers goes on as it is.
take<StandardStream>(give<WebSocketStream>());
take<typeof StandardStream>(WebSocketStream);
take<StandardError>(give<WebSocketError>());
take<typeof StandardError>(WebSocketError);
take<StandardOpenInfo>(give<WebSocketOpenInfo>());
take<StandardCloseInfo>(give<WebSocketCloseInfo>());

// The web's in the place of the standard part of ours.
take<WebSocketStreamOptions>(give<StandardOptions>());
take<WebSocketCloseInfo>(give<StandardCloseInfo>());
take<Pick<WebSocketStream, 'url' | 'close'>>(give<StandardStream>());
take<Pick<WebSocketOpenInfo, 'protocol' | 'extensions'>>(give<StandardOpenInfo>());
take<Omit<WebSocketError, 'cause' | 'response'>>(give<StandardError>());
take<ReadableStream<WebSocketMessage>>(give<StandardOpenInfo['readable']>());
take<Pick<WebSocketStreamOptions, 'protocols' | 'signal'>>(give<StandardOptions>());

// Code that takes the standard's interface runs with either, and tells them apart nowhere.
async function echo(Stream: typeof StandardStream, url: string): Promise<number | undefined> {
  const stream = new Stream(url, { protocols: ['chat'] });
  const { readable, writable } = await stream.opened;
  await readable.pipeTo(writable);
  return (await stream.closed).closeCode;
}
await echo(StandardStream, 'wss://localhost/');
await echo(WebSocketStream, 'wss://localhost/');

// @ts-expect-error Our additions are not in the web's options.
take<StandardOptions>({ headers: { Cookie: 'a=1' } });
// @ts-expect-error Nor are ours all in what the web's opened fulfils with.
take<WebSocketOpenInfo>(give<StandardOpenInfo>());
