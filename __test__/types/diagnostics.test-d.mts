// Compiled, never run: each line is an assertion about the messages of node:diagnostics_channel.
import type {
  WebSocketDiagnostics,
  WebSocketDiagnosticsMessage,
  WebSocketStats,
  WebSocketStream,
  WebSocketTlsInfo,
} from 'websocketstream';
import { subscribe } from 'node:diagnostics_channel';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function check<T extends true>(): T;
type Message<Name extends string> = WebSocketDiagnostics[`websocketstream:${Name}` &
  keyof WebSocketDiagnostics];

check<
  Equal<
    keyof WebSocketDiagnostics,
    `websocketstream:${'handshake' | 'open' | 'ping' | 'pong' | 'error' | 'close'}`
  >
>();

declare const any: WebSocketDiagnostics[keyof WebSocketDiagnostics];
const common: WebSocketDiagnosticsMessage = any;
check<Equal<typeof common.stream, WebSocketStream>>();
check<Equal<typeof common.url, string>>();

declare const handshake: Message<'handshake'>;
check<Equal<typeof handshake.status, number | null>>();
check<Equal<typeof handshake.headers, Headers | null>>();
check<Equal<typeof handshake.duration, number>>();
check<Equal<typeof handshake.error, unknown>>();

declare const open: Message<'open'>;
check<Equal<typeof open.protocol, string>>();
check<Equal<typeof open.remotePort, number | undefined>>();
check<Equal<typeof open.tls, WebSocketTlsInfo | null>>();
// @ts-expect-error The answer is the handshake's.
void open.response;

declare const ping: Message<'ping'>;
check<Equal<typeof ping.direction, 'sent' | 'received'>>();
check<Equal<typeof ping.payload, Uint8Array>>();

declare const pong: Message<'pong'>;
check<Equal<typeof pong.roundTrip, number | null>>();

declare const failed: Message<'error'>;
check<Equal<typeof failed.error, unknown>>();

declare const close: Message<'close'>;
check<Equal<typeof close.closeCode, number>>();
check<Equal<typeof close.reason, string>>();
check<Equal<typeof close.stats, WebSocketStats>>();
// @ts-expect-error Members cannot be assigned.
close.reason = 'other';

subscribe('websocketstream:close', (message, name) => {
  const { stats } = message as WebSocketDiagnostics['websocketstream:close'];
  check<Equal<typeof name, string | symbol>>();
  return stats.messagesReceived;
});
