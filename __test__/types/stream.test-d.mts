// Compiled, never run: each line is an assertion about a type of WebSocketStream.
import { WebSocketStream } from 'websocketstream';
import type {
  WebSocketChunk,
  WebSocketMessage,
  WebSocketStats,
  WebSocketStreamOptions,
} from 'websocketstream';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function check<T extends true>(): T;

declare const wss: WebSocketStream;
const { readable, writable, protocol, extensions, response, tls } = await wss.opened;
const { closeCode, reason } = await wss.closed;
const { value } = await readable.getReader().read();

check<Equal<typeof wss.url, string>>();
check<Equal<typeof protocol, string>>();
check<Equal<typeof extensions, string>>();
check<Equal<typeof closeCode, number>>();
check<Equal<typeof reason, string>>();
check<Equal<typeof value, WebSocketMessage | undefined>>();
check<Equal<Exclude<WebSocketMessage, string>, Uint8Array<ArrayBuffer>>>();
check<Equal<ReturnType<WebSocketStream['close']>, void>>();
check<Equal<typeof response.status, number>>();
check<Equal<typeof response.headers, Headers>>();
check<Equal<NonNullable<typeof tls>['protocol'], string>>();

check<Equal<ReturnType<WebSocketStream['ping']>, Promise<number>>>();
check<Equal<ReturnType<WebSocketStream['terminate']>, void>>();
check<Equal<typeof wss.stats, WebSocketStats>>();
check<Equal<WebSocketStats['openedAt' | 'roundTrip'], number | null>>();
check<Equal<Exclude<WebSocketStats[keyof WebSocketStats], number>, null>>();
const same: WebSocketStream = wss.ref().unref();
const disposable: { [Symbol.asyncDispose](): PromiseLike<void> } = wss;
export { disposable, same };
await wss.ping();
await wss.ping('text');
await wss.ping(new Uint8Array(1));
await wss.ping(new ArrayBuffer(1));
// @ts-expect-error The payload is text or bytes.
await wss.ping(5);
// @ts-expect-error A getter only.
wss.stats = wss.stats;
// @ts-expect-error Each number is read only.
wss.stats.messagesSent = 0;

const writer = writable.getWriter();
await writer.write('text');
await writer.write(new ArrayBuffer(1));
await writer.write(new Uint8Array(1));
await writer.write(new DataView(new ArrayBuffer(1)));
await writer.write(Buffer.from('x'));
await writer.write(new Blob(['x']));
await writer.write(new ReadableStream<string>());
await writer.write(new ReadableStream<Uint8Array>());
await writer.write(
  (async function* pieces() {
    yield 'text';
  })(),
);
// @ts-expect-error A piece is text or bytes.
await writer.write(new ReadableStream<number>());
const chunk: WebSocketChunk = 'text';
await writer.write(chunk);
// @ts-expect-error A number would be sent as text, which is rarely meant.
await writer.write(5);
// @ts-expect-error An object would be sent as "[object Object]".
await writer.write({});

const options: WebSocketStreamOptions = {};
new WebSocketStream('ws://h/', options);
new WebSocketStream('ws://h/', { protocols: ['a'] as const });
new WebSocketStream('ws://h/', { protocols: undefined, signal: undefined });
new WebSocketStream('ws://h/', { signal: AbortSignal.timeout(5) });
new WebSocketStream('ws://h/', { headers: new Headers() });
new WebSocketStream('ws://h/', { headers: [['a', 'b']] });
new WebSocketStream('ws://h/', { http2: true });
new WebSocketStream('ws://h/', { http2: 'auto' });
new WebSocketStream('ws://h/', { heartbeat: { interval: 1, timeout: 1 } });
new WebSocketStream('ws://h/', { heartbeat: {} });
new WebSocketStream('ws://h/', { perMessageDeflate: false });
new WebSocketStream('ws://h/', { perMessageDeflate: { threshold: 0, level: 9 } });
new WebSocketStream('ws://h/', { proxy: false, maxRedirects: 3, family: 6 });
// @ts-expect-error A number of milliseconds is no heartbeat.
new WebSocketStream('ws://h/', { heartbeat: 5 });
// @ts-expect-error A member that does not exist.
new WebSocketStream('ws://h/', { perMessageDeflate: { threshhold: 5 } });
wss.close();
wss.close({});
wss.close({ closeCode: 1000 });
wss.close({ reason: 'why' });

// @ts-expect-error The url is required.
new WebSocketStream();
// @ts-expect-error A plain string is no sequence.
new WebSocketStream('ws://h/', { protocols: 'chat' });
// @ts-expect-error The standard does not take null.
new WebSocketStream('ws://h/', { signal: null });
// @ts-expect-error An option that does not exist.
new WebSocketStream('ws://h/', { protocol: ['chat'] });
// @ts-expect-error Neither a boolean nor 'auto'.
new WebSocketStream('ws://h/', { http2: 'h2' });
// @ts-expect-error A number of milliseconds.
new WebSocketStream('ws://h/', { closeTimeout: '5s' });
// @ts-expect-error The old name of closeCode.
wss.close({ code: 1000 });
// @ts-expect-error The code is a number.
wss.close({ closeCode: '1000' });
// @ts-expect-error Members cannot be assigned.
wss.url = 'ws://h/';
// @ts-expect-error Members cannot be assigned.
wss.closed = Promise.resolve({ closeCode: 1000, reason: '' });
// @ts-expect-error WebSocketStream is a class.
WebSocketStream('ws://h/');
