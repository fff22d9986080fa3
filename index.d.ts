/// <reference types="node" />

import type {
  ReadableStream as NodeReadableStream,
  WritableStream as NodeWritableStream,
} from 'node:stream/web';
import type { LookupFunction } from 'node:net';
import type { PeerCertificate } from 'node:tls';

/**
 * A message as {@link WebSocketOpenInfo.readable} delivers it.
 *
 * A text message is a `string`; a byte order mark at its start is kept. A binary message is a plain
 * `Uint8Array` that owns its buffer: `byteOffset` is 0 and `buffer.byteLength` equals `byteLength`,
 * so `chunk.buffer` may be used and transferred.
 */
export type WebSocketMessage = string | Uint8Array<ArrayBuffer>;

/**
 * What {@link WebSocketOpenInfo.writable} takes.
 *
 * A buffer or a view is copied and sent as one binary message; a string is sent as one text
 * message. A `Blob`, a `ReadableStream` or another async iterable of bytes or of strings is sent as
 * one message in fragments, without holding it in memory; that is our addition, and our one
 * deviation from the standard, which would send the text `[object Blob]`. At run time any other value is converted to a string and sent as text, as the standard
 * has it; that is rarely meant, so the type leaves it out.
 */
export type WebSocketChunk =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | AsyncIterable<string | ArrayBuffer | ArrayBufferView>;

/**
 * A stream of received messages. It is Node's `ReadableStream`. The types of Node and of the DOM
 * library are not assignable to each other, so both are named: it can be given to `Readable.fromWeb`
 * as well as to code that was written for browsers.
 */
export type WebSocketReadable = NodeReadableStream<WebSocketMessage> &
  globalThis.ReadableStream<WebSocketMessage>;

/** A stream of messages to send, with both types for the reason that {@link WebSocketReadable} has. */
export type WebSocketWritable = NodeWritableStream<WebSocketChunk> &
  globalThis.WritableStream<WebSocketChunk>;

/**
 * Options of the {@link WebSocketStream} constructor.
 *
 * `protocols` and `signal` are the standard's. All others are additions of this package. An option
 * that does not exist is refused with a `TypeError` that names it.
 */
export interface WebSocketStreamOptions {
  /**
   * Subprotocols to offer, the preferred one first. The standard's `protocols`.
   *
   * Each one is a non-empty token of printable ASCII characters without separators, and none may
   * appear twice (upper and lower case count as the same). A plain string is refused: write
   * `['chat']`. When some are offered and the server chooses none, the connection fails.
   *
   * @defaultValue `[]`
   * @throws `DOMException` named `SyntaxError` if one is no token or appears twice; `TypeError` for a
   * string
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { protocols: ['chat.v2', 'chat.v1'] });
   * ```
   */
  protocols?: (Iterable<string> & object) | undefined;

  /**
   * Aborts the opening handshake. The standard's `signal`.
   *
   * `opened` and `closed` then reject with `signal.reason`. An abort after the connection was
   * opened does nothing.
   *
   * @defaultValue none
   * @throws `TypeError` if it is no `AbortSignal`
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { signal: AbortSignal.timeout(5000) });
   * ```
   */
  signal?: AbortSignal | undefined;

  /**
   * Header fields to add to the handshake request. Our addition.
   *
   * An object, an iterable of pairs or a `Headers`. `Host` may be overridden; the fields of the
   * handshake itself (`Connection`, `Upgrade`, `Content-Length`, `Transfer-Encoding` and
   * `Sec-WebSocket-*`) may not. User name and password of the URL are sent as `Authorization` unless
   * there is one here.
   *
   * @defaultValue none
   * @throws `TypeError` for a name or value that a header cannot have, and for fields of the handshake
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', {
   *   headers: { Authorization: 'Bearer secret', Cookie: 'session=1' },
   * });
   * ```
   */
  headers?: WebSocketHeadersInit | undefined;

  /**
   * Time limit in milliseconds for everything from looking up the name to the server's answer,
   * 1 to 2,147,483,647. Our addition.
   *
   * @defaultValue `30_000`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { handshakeTimeout: 5000 });
   * ```
   */
  handshakeTimeout?: number | undefined;

  /**
   * Time limit in milliseconds for the closing handshake, 1 to 2,147,483,647. When it is over the
   * connection is dropped and the end is unclean (1006). Our addition.
   *
   * @defaultValue `10_000`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { closeTimeout: 2000 });
   * ```
   */
  closeTimeout?: number | undefined;

  /**
   * Finds out that a silent server is gone: sends a Ping when nothing was received for `interval`,
   * and drops the connection (1006, `cause.code` `'ERR_WEBSOCKET_HEARTBEAT_TIMEOUT'`) when no byte
   * comes within `timeout` after it. Our addition.
   *
   * @defaultValue none: nobody is asked
   * @throws `TypeError` for another member, or a time that is no integer of its range
   * @example
   * ```js
   * new WebSocketStream(url, { heartbeat: { interval: 15_000, timeout: 5_000 } });
   * ```
   */
  heartbeat?: WebSocketHeartbeatOptions | undefined;

  /**
   * Whether the connection is a stream in an HTTP/2 connection (RFC 8441), which streams of one origin
   * share: `true` for HTTP/2 and nothing else, `'auto'` for HTTP/2 where a `wss:` server takes
   * WebSockets over it and HTTP/1.1 where not. `true` fails with `cause.code`
   * `'ERR_WEBSOCKET_NO_HTTP2'` where there is no HTTP/2. Our addition.
   *
   * @defaultValue `false`: HTTP/1.1
   * @throws `TypeError` if it is nothing of these
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { http2: 'auto' });
   * ```
   */
  http2?: boolean | 'auto' | undefined;

  /**
   * Largest message in bytes that is accepted, inflated if it was compressed, 1 to 2,147,483,647.
   * A larger one ends the connection with 1009. Our addition.
   *
   * @defaultValue `67_108_864` (64 MiB)
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { maxMessageSize: 1024 * 1024 });
   * ```
   */
  maxMessageSize?: number | undefined;

  /**
   * Largest number of frames that one message may consist of, 1 to 2,147,483,647. More end the
   * connection with 1009. Our addition.
   *
   * @defaultValue `16_384`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { maxFragments: 100 });
   * ```
   */
  maxFragments?: number | undefined;

  /**
   * Whether and how messages are compressed (permessage-deflate, RFC 7692). It is offered, and used
   * when the server agrees. `maxMessageSize` limits inflated messages. Our addition.
   *
   * `false` offers nothing.
   *
   * @defaultValue `true`: all settings have their defaults
   * @throws `TypeError` for a setting that does not exist or is out of range
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { threshold: 4096, level: 6 } });
   * ```
   */
  perMessageDeflate?: boolean | WebSocketDeflateOptions | undefined;

  /**
   * Bytes of received messages that may wait outside the readable stream, 1,024 to 2,147,483,647.
   * When they are reached nothing more is read from the socket, and the server feels it.
   * Our addition.
   *
   * @defaultValue `262_144` (256 KiB)
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { receiveBuffer: 1024 * 1024 });
   * ```
   */
  receiveBuffer?: number | undefined;

  /**
   * Bytes of written messages that may wait for the network, 1,024 to 2,147,483,647. While there is
   * room `write()` resolves at once; beyond that it resolves when most of it is free. Our addition.
   *
   * @defaultValue `524_288` (512 KiB)
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { sendBuffer: 64 * 1024 });
   * ```
   */
  sendBuffer?: number | undefined;

  /**
   * Whether binary chunks may be views of memory that they share. Reading many of them then costs
   * much less, but `chunk.buffer` is larger than the chunk, must not be transferred, and stays in
   * memory as long as one of its chunks does (256 KiB). Our addition.
   *
   * @defaultValue `false`: each chunk has a buffer of its own, as the standard has it
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { sharedBuffers: true });
   * ```
   */
  sharedBuffers?: boolean | undefined;

  /**
   * Whether small packets leave at once instead of waiting to be joined (TCP_NODELAY).
   * Our addition.
   *
   * @defaultValue `true`
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { noDelay: false });
   * ```
   */
  noDelay?: boolean | undefined;

  /**
   * Whether the operating system probes an idle connection (SO_KEEPALIVE). Our addition.
   *
   * @defaultValue `true`
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { keepAlive: false });
   * ```
   */
  keepAlive?: boolean | undefined;

  /**
   * TLS for `wss:`, with the members that Node's `tls.connect` has. Our addition.
   *
   * @defaultValue trust and versions as Node has them, no certificate of this side
   * @throws `TypeError` for a member that does not exist or cannot be used
   *
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { tls: { ca: readFileSync('authority.pem') } });
   * ```
   */
  tls?: WebSocketTlsOptions | undefined;

  /**
   * Proxy to go through: `http:`, `https:`, `socks5:` (names are looked up on this side) or
   * `socks5h:` (by the proxy), with user name and password in the URL. Always a tunnel, for `ws:` as
   * well. `false` uses none. Our addition.
   *
   * @defaultValue with `NODE_USE_ENV_PROXY=1` what `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
   * `NO_PROXY` say, else none
   * @throws `TypeError` for what is no such URL
   *
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { proxy: 'http://user:password@proxy.example:3128' });
   * ```
   */
  proxy?: string | URL | WebSocketProxyOptions | false | undefined;

  /**
   * Redirects to follow, 0 to 100. `Authorization`, `Cookie` and `Host` of `headers` are left out
   * when the origin changes; from `wss:` to `ws:` none is followed. Our addition.
   *
   * @defaultValue `0`, as the standard has it
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { maxRedirects: 3 });
   * ```
   */
  maxRedirects?: number | undefined;

  /**
   * IP address of this side. Names are looked up for its family. Our addition.
   *
   * @defaultValue the operating system's choice
   * @throws `TypeError` if it is no IP address, or has a zone
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { localAddress: '192.0.2.7' });
   * ```
   */
  localAddress?: string | undefined;

  /**
   * Kind of addresses that names are looked up for: 4, 6, or 0 for both. Our addition.
   *
   * @defaultValue `0`
   * @throws `TypeError` for anything else
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', { family: 4 });
   * ```
   */
  family?: 0 | 4 | 6 | undefined;

  /**
   * Looks names up in place of `dns.lookup`, with the same arguments. Our addition.
   *
   * @defaultValue `dns.lookup`
   * @throws `TypeError` if it is no function
   * @example
   * ```js
   * new WebSocketStream('wss://example.com', {
   *   lookup: (name, options, callback) => callback(null, '192.0.2.1', 4),
   * });
   * ```
   */
  lookup?: LookupFunction | undefined;
}

/** A proxy, see {@link WebSocketStreamOptions.proxy}. Our addition. */
export interface WebSocketProxyOptions {
  /**
   * As the string of {@link WebSocketStreamOptions.proxy}.
   *
   * @throws `TypeError` if it is missing, or no such URL
   * @example
   * ```js
   * new WebSocketStream(url, { proxy: { url: 'http://proxy.example:3128' } });
   * ```
   */
  url: string | URL;

  /**
   * Header fields of the CONNECT request, for `http:` and `https:`.
   *
   * @defaultValue none
   * @throws `TypeError` as for {@link WebSocketStreamOptions.headers}, and for SOCKS
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   proxy: { url: 'http://proxy.example:3128', headers: { 'Proxy-Authorization': 'Bearer x' } },
   * });
   * ```
   */
  headers?: WebSocketHeadersInit | undefined;

  /**
   * TLS towards an `https:` proxy itself.
   *
   * @defaultValue as for {@link WebSocketStreamOptions.tls}
   * @throws `TypeError` as for that, and for other proxies
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   proxy: { url: 'https://proxy.example', tls: { ca: readFileSync('authority.pem') } },
   * });
   * ```
   */
  tls?: Omit<WebSocketTlsOptions, 'checkServerIdentity'> | undefined;
}

/** When a silent server is asked and when it is given up. */
export interface WebSocketHeartbeatOptions {
  /**
   * Silence in milliseconds after which a Ping is sent, 1 to 2,147,483,647.
   *
   * @defaultValue `30_000`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream(url, { heartbeat: { interval: 15_000 } });
   * ```
   */
  interval?: number | undefined;

  /**
   * Silence in milliseconds after that Ping which ends the connection, 1 to 2,147,483,647.
   *
   * @defaultValue `10_000`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream(url, { heartbeat: { timeout: 5_000 } });
   * ```
   */
  timeout?: number | undefined;
}

/** Settings of {@link WebSocketStreamOptions.perMessageDeflate}. */
export interface WebSocketDeflateOptions {
  /**
   * Messages of fewer bytes are sent as they are, 0 to 2,147,483,647.
   *
   * @defaultValue `1024`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { threshold: 4096 } });
   * ```
   */
  threshold?: number | undefined;

  /**
   * From 1, the fastest, to 9, the smallest.
   *
   * @defaultValue `1`
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { level: 6 } });
   * ```
   */
  level?: number | undefined;

  /**
   * Asks the server to compress each message by itself: more bytes, and no memory between messages.
   * The connection fails when the server does not agree.
   *
   * @defaultValue `false`
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { serverNoContextTakeover: true } });
   * ```
   */
  serverNoContextTakeover?: boolean | undefined;

  /**
   * Compresses each sent message by itself.
   *
   * @defaultValue `false`, unless the server asks for it
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { clientNoContextTakeover: true } });
   * ```
   */
  clientNoContextTakeover?: boolean | undefined;

  /**
   * Asks the server for a window of at most 2 to the power of this many bytes, 8 to 15. The
   * connection fails when the server does not agree.
   *
   * @defaultValue the server's choice
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { serverMaxWindowBits: 10 } });
   * ```
   */
  serverMaxWindowBits?: number | undefined;

  /**
   * Window of sent messages, 2 to the power of this many bytes, 8 to 15. The server may ask for a
   * smaller one.
   *
   * @defaultValue 15, or what the server asks for
   * @throws `TypeError` if it is no integer of that range
   * @example
   * ```js
   * new WebSocketStream(url, { perMessageDeflate: { clientMaxWindowBits: 10 } });
   * ```
   */
  clientMaxWindowBits?: number | undefined;
}

/** TLS towards a server, see {@link WebSocketStreamOptions.tls}. Our addition. */
export interface WebSocketTlsOptions {
  /**
   * Certificates to trust in place of all others, PEM, until they expire.
   *
   * @defaultValue what Node trusts
   * @throws `TypeError` if it has no certificate in PEM
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { ca: readFileSync('authority.pem') } });
   * ```
   */
  ca?: WebSocketPem | readonly WebSocketPem[] | undefined;

  /**
   * Certificate of this side, PEM, with its issuers behind it. Needs `key`.
   *
   * @defaultValue none
   * @throws `TypeError` if it has no certificate in PEM, or comes without `key`
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   tls: { cert: readFileSync('client.pem'), key: readFileSync('client.key') },
   * });
   * ```
   */
  cert?: WebSocketPem | readonly WebSocketPem[] | undefined;

  /**
   * Judges the server's certificate in place of the check of its name: an error that it returns or
   * throws fails the connection before anything is sent. Called after the chain was found good, and
   * also when a session is resumed. The certificate is what `X509Certificate.toLegacyObject()`
   * gives. With `rejectUnauthorized: false` the result has no effect.
   *
   * @defaultValue the certificate must be for `servername`
   * @throws `TypeError` if it is no function
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   tls: {
   *   checkServerIdentity: (host, { subject }) =>
   *     subject.O === 'Example' ? undefined : new Error(`${host} is not ours`),
   * },
   * });
   * ```
   */
  checkServerIdentity?:
    ((host: string, certificate: PeerCertificate) => Error | undefined) | undefined;

  /**
   * Cipher suites to offer, separated by colons, by their names of OpenSSL or IANA. Without one of
   * TLS 1.3 that version is not offered, and the other way round.
   *
   * @defaultValue all nine that there are
   * @throws `TypeError` if one is unknown
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   tls: { ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-GCM-SHA384' },
   * });
   * ```
   */
  ciphers?: string | undefined;

  /**
   * Private key for `cert`, PEM, perhaps encrypted.
   *
   * @defaultValue none
   * @throws `TypeError` if it cannot be read, is not the key of `cert`, or comes without it
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   tls: { cert: readFileSync('client.pem'), key: readFileSync('client.key') },
   * });
   * ```
   */
  key?: WebSocketPem | undefined;

  /**
   * Highest version to agree on.
   *
   * @defaultValue `tls.DEFAULT_MAX_VERSION`
   * @throws `TypeError` for another version
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { maxVersion: 'TLSv1.2' } });
   * ```
   */
  maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;

  /**
   * Lowest version to agree on.
   *
   * @defaultValue `tls.DEFAULT_MIN_VERSION`, but at least `'TLSv1.2'`
   * @throws `TypeError` for another version, or one above `maxVersion`
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { minVersion: 'TLSv1.3' } });
   * ```
   */
  minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;

  /**
   * Passphrase of `key` or `pfx`.
   *
   * @defaultValue none
   * @throws `TypeError` if it is no string
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { pfx: readFileSync('client.p12'), passphrase: 'secret' } });
   * ```
   */
  passphrase?: string | undefined;

  /**
   * Certificate and key in one PKCS #12 file, in place of `cert` and `key`. A string is read as
   * base64. Authorities in it are sent along, and not trusted.
   *
   * @defaultValue none
   * @throws `TypeError` if it cannot be read, or comes beside `cert` or `key`
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { pfx: readFileSync('client.p12'), passphrase: 'secret' } });
   * ```
   */
  pfx?: string | NodeJS.ArrayBufferView | undefined;

  /**
   * Public keys that the server may have: `'sha256/'` and the base64 of the SHA-256 of the
   * SubjectPublicKeyInfo. Checked on the server's own certificate, in addition to everything else.
   *
   * @defaultValue any
   * @throws `TypeError` if one is no such text
   * @example
   * ```js
   * new WebSocketStream(url, {
   *   tls: { pins: 'sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
   * });
   * ```
   */
  pins?: string | readonly string[] | undefined;

  /**
   * `false` accepts any certificate.
   *
   * @defaultValue `true`, unless `NODE_TLS_REJECT_UNAUTHORIZED` is `0`
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { rejectUnauthorized: false } });
   * ```
   */
  rejectUnauthorized?: boolean | undefined;

  /**
   * Name that the server is told (SNI) and that its certificate must be for. `''` tells none.
   *
   * @defaultValue the host of the URL
   * @throws `TypeError` if it is no string
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { servername: 'example.com' } });
   * ```
   */
  servername?: string | undefined;

  /**
   * Whether sessions are resumed, which saves a part of the handshake. Connections with equal
   * options share them.
   *
   * @defaultValue `true`
   * @throws `TypeError` if it is no boolean
   * @example
   * ```js
   * new WebSocketStream(url, { tls: { session: false } });
   * ```
   */
  session?: boolean | undefined;
}

/** Text or bytes in PEM. */
export type WebSocketPem = string | NodeJS.ArrayBufferView;

/** Header fields as {@link WebSocketStreamOptions.headers} takes them. */
export type WebSocketHeadersInit =
  | Headers
  | Iterable<readonly [name: string, value: string | number]>
  | Readonly<Record<string, string | number>>;

/** What {@link WebSocketStream.opened} fulfils with. */
export interface WebSocketOpenInfo {
  /**
   * The received messages, one chunk each. Reading slowly slows the server down. The standard's.
   *
   * Closes when the connection ends cleanly. When it ends uncleanly the stream errors with the
   * error of `closed`, after everything that was received before has been read. `cancel()` closes
   * the connection.
   */
  readonly readable: WebSocketReadable;

  /**
   * Sends one message for each chunk. The standard's.
   *
   * `write()` resolves when the message fits the send buffer, not when the server has it. `close()`
   * closes the connection and resolves when the closing handshake is over. `abort()` closes it too;
   * a {@link WebSocketError} as the reason gives code and reason of the Close frame.
   */
  readonly writable: WebSocketWritable;

  /** The subprotocol that the server chose, `''` if none was offered. The standard's. */
  readonly protocol: string;

  /** The `Sec-WebSocket-Extensions` of the server's answer, `''` if there were none. The standard's. */
  readonly extensions: string;

  /** The server's answer to the handshake. Our addition. */
  readonly response: WebSocketResponse;

  /**
   * Address of the other side or of the proxy, `undefined` if it has gone already and for a Unix
   * socket. Our addition.
   */
  readonly remoteAddress: string | undefined;

  /** Port of the other side, `undefined` if it has gone already. Our addition. */
  readonly remotePort: number | undefined;

  /** Address of this side, `undefined` if the socket has gone already. Our addition. */
  readonly localAddress: string | undefined;

  /** Port of this side, `undefined` if the socket has gone already. Our addition. */
  readonly localPort: number | undefined;

  /** HTTP version of the handshake: `'1.1'` or `'2'`. Our addition. */
  readonly httpVersion: string;

  /** What TLS agreed on for `wss:`, `null` for `ws:`. Our addition. */
  readonly tls: WebSocketTlsInfo | null;
}

/** The server's answer to the handshake. */
export interface WebSocketResponse {
  /** HTTP status; when the connection was opened 101, or one of success over HTTP/2. */
  readonly status: number;

  /** Header fields of the answer. `headers.getSetCookie()` lists the cookies. */
  readonly headers: Headers;
}

/** The server's answer when it refused the handshake. */
export interface WebSocketRefusal extends WebSocketResponse {
  /** The first 64 KiB of the body. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What TLS agreed on. */
export interface WebSocketTlsInfo {
  /** Version of the protocol as Node names it, for example `'TLSv1.3'`. */
  readonly protocol: string;

  /** Cipher suite by its standard name, for example `'TLS_AES_128_GCM_SHA256'`. */
  readonly cipher: string;

  /** Protocol chosen by ALPN, `null` if none was. */
  readonly alpnProtocol: string | null;

  /** Certificate of the server in DER. `new X509Certificate(bytes)` of `node:crypto` reads it. */
  readonly peerCertificate: Uint8Array<ArrayBuffer> | null;

  /** Whether an earlier session was resumed. */
  readonly sessionReused: boolean;
}

/**
 * What went through a connection, as {@link WebSocketStream.stats} gives it. Bytes of messages are
 * counted before compression; bytes on the wire are those of frames with their headers, before TLS.
 */
export interface WebSocketStats {
  /** When the connection was opened, in milliseconds since 1970; `null` before. */
  readonly openedAt: number | null;

  /** Bytes read from the wire. */
  readonly bytesReceived: number;

  /** Bytes that the operating system has taken for the wire. */
  readonly bytesSent: number;

  /** Messages that were received whole, read or not. */
  readonly messagesReceived: number;

  /** Messages that have left the send buffer. */
  readonly messagesSent: number;

  /** Bytes of the received messages. */
  readonly payloadReceived: number;

  /** Bytes of the sent messages. */
  readonly payloadSent: number;

  /** Pings from the server. */
  readonly pingsReceived: number;

  /** Pings to the server, those of the heartbeat included. */
  readonly pingsSent: number;

  /** Pongs from the server. */
  readonly pongsReceived: number;

  /** What waits outside the readable stream, as it counts against `receiveBuffer`, in bytes. */
  readonly receiveBuffered: number;

  /** Bytes of written messages that the operating system has not taken yet. */
  readonly sendBuffered: number;

  /** Milliseconds between the last answered Ping and its Pong, `null` if there was none. */
  readonly roundTrip: number | null;
}

/**
 * What the channels of `node:diagnostics_channel` publish, by the name of the channel.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import type { WebSocketDiagnostics } from 'websocketstream';
 *
 * subscribe('websocketstream:close', (message) => {
 *   const { url, closeCode } = message as WebSocketDiagnostics['websocketstream:close'];
 *   console.log(url, closeCode);
 * });
 * ```
 */
export interface WebSocketDiagnostics {
  /** The handshake is over, well or badly. */
  'websocketstream:handshake': WebSocketDiagnosticsMessage & {
    /** Status of the answer, `null` if there was none. */
    readonly status: number | null;
    /** Header fields of the answer, `null` if there was none. */
    readonly headers: Headers | null;
    /** How long it took, in milliseconds. */
    readonly duration: number;
    /** What `opened` rejects with, `null` if the connection is open. */
    readonly error: unknown;
  };

  /** The connection is open. */
  'websocketstream:open': WebSocketDiagnosticsMessage & Omit<WebSocketOpenInfo, 'response'>;

  /** A Ping was sent or received. */
  'websocketstream:ping': WebSocketDiagnosticsMessage & {
    readonly direction: 'sent' | 'received';
    readonly payload: Uint8Array;
  };

  /** A Pong was received. */
  'websocketstream:pong': WebSocketDiagnosticsMessage & {
    readonly payload: Uint8Array;
    /** Milliseconds since the Ping that it answers, `null` if nobody asked. */
    readonly roundTrip: number | null;
  };

  /** The connection failed to open or ended uncleanly. */
  'websocketstream:error': WebSocketDiagnosticsMessage & {
    /** What `closed` rejects with. */
    readonly error: unknown;
  };

  /** It has ended, in any way: the last message of a connection. */
  'websocketstream:close': WebSocketDiagnosticsMessage & {
    readonly closeCode: number;
    readonly reason: string;
    /** What `closed` rejects with, `null` if the end was clean. */
    readonly error: unknown;
    readonly stats: WebSocketStats;
  };
}

/** What all messages of {@link WebSocketDiagnostics} have. */
export interface WebSocketDiagnosticsMessage {
  /** The connection. */
  readonly stream: WebSocketStream;

  /** Its URL without user name, password and the values of the query. */
  readonly url: string;
}

/** Code and reason of a Close frame. */
export interface WebSocketCloseInfo {
  /**
   * Status code. Programs may send 1000 and 3000 to 4999. 1005 stands for a Close frame without a
   * code, 1006 for a connection that ended without one; neither is ever sent.
   *
   * @defaultValue none, or 1000 if there is a reason
   */
  closeCode?: number;

  /**
   * Reason in plain text, at most 123 bytes of UTF-8.
   *
   * @defaultValue `''`
   */
  reason?: string;
}

/**
 * A WebSocket connection whose messages pass through a pair of web streams.
 *
 * @example
 * ```js
 * const wss = new WebSocketStream('wss://example.com/feed');
 * const { readable, writable } = await wss.opened;
 * const writer = writable.getWriter();
 * await writer.write('hello');
 * for await (const message of readable) console.log(message);
 * console.log(await wss.closed);
 * ```
 */
export class WebSocketStream {
  /**
   * Starts to connect. Returns at once; {@link WebSocketStream.opened} tells how it went.
   *
   * @param url - Absolute URL with the scheme `ws:`, `wss:`, `http:` (read as `ws:`) or `https:`
   * (read as `wss:`), without a fragment; or, as our addition, `ws+unix:/path/to/socket:/path` for a
   * Unix socket.
   * @param options - See {@link WebSocketStreamOptions}.
   * @throws `DOMException` named `SyntaxError` if the URL or a subprotocol is not valid.
   * @throws `TypeError` if an option does not exist or has the wrong type.
   */
  constructor(url: string | URL, options?: WebSocketStreamOptions);

  /** The URL as it was parsed, with the scheme `ws:` or `wss:`. */
  readonly url: string;

  /**
   * Fulfils when the connection is open. Rejects with a {@link WebSocketError} if it failed, or
   * with `signal.reason` if it was aborted. Not listening to it is fine: it never causes an
   * unhandled rejection.
   */
  readonly opened: Promise<WebSocketOpenInfo>;

  /**
   * Fulfils with code and reason when the connection ended cleanly: after a closing handshake, with
   * everything written before sent. Rejects with a {@link WebSocketError} otherwise. Not listening
   * to it is fine: it never causes an unhandled rejection.
   */
  readonly closed: Promise<Required<WebSocketCloseInfo>>;

  /**
   * Starts the closing handshake after what was written before. Messages that arrive from then on
   * are dropped. Before the connection is open it gives up connecting. Does nothing when closing
   * has begun.
   *
   * @throws `DOMException` named `InvalidAccessError` if `closeCode` is neither 1000 nor 3000-4999.
   * @throws `DOMException` named `SyntaxError` if `reason` is longer than 123 bytes.
   * @throws `TypeError` if `closeInfo` is not an object or `closeCode` not a number from 0 to 65535.
   */
  close(closeInfo?: WebSocketCloseInfo): void;

  /**
   * Sends a Ping, ahead of the messages that wait, and fulfils with the round trip in milliseconds
   * when its Pong comes. Several may be in flight. Not listening is fine: it never causes an
   * unhandled rejection. Our addition.
   *
   * Rejects with a `TypeError` if the payload is neither text nor bytes, with a `RangeError` if it
   * has more than 125 bytes, with an `InvalidStateError` if the connection is not open or ends
   * cleanly, and with the error of `closed` if it ends uncleanly.
   *
   * @param payload - What the Pong has to repeat; without it, something that no other Ping has.
   * @example
   * ```js
   * console.log(`${await wss.ping()} ms`);
   * ```
   */
  ping(payload?: string | ArrayBuffer | ArrayBufferView): Promise<number>;

  /** What went through so far; it stays after the end. Each look gives a new object. Our addition. */
  readonly stats: WebSocketStats;

  /**
   * Drops the socket at once, without a closing handshake. `closed` rejects with 1006 and
   * `cause.code` `'ERR_WEBSOCKET_TERMINATED'`. Before the connection is open it gives up connecting.
   * Does nothing after the end. Our addition.
   */
  terminate(): void;

  /**
   * Lets the connection keep the process alive, as it does from the beginning. Returns the
   * connection itself. Our addition.
   */
  ref(): this;

  /**
   * Lets the process end although the connection lives. It may be called at any time, also before
   * the connection is open. Returns the connection itself. Our addition.
   *
   * @example
   * ```js
   * const metrics = new WebSocketStream('wss://example.com/metrics').unref();
   * ```
   */
  unref(): this;

  /**
   * Closes the connection and waits for its end: for `await using`. It never rejects; `closed` tells
   * of an unclean end. Our addition.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * How a connection failed or ended uncleanly. `name` is `'WebSocketError'`.
 *
 * Programs may create one to give `writer.abort(error)` and `readable.cancel(error)` a close code
 * and a reason.
 */
export class WebSocketError extends DOMException {
  /**
   * @param message - Text for people.
   * @param init - Code and reason; a reason without a code means code 1000.
   * @throws `DOMException` named `InvalidAccessError` if `closeCode` is neither 1000 nor 3000-4999.
   * @throws `DOMException` named `SyntaxError` if `reason` is longer than 123 bytes.
   */
  constructor(message?: string, init?: WebSocketCloseInfo);

  /** Close code, `null` if there is none. 1006 if the connection ended without a Close frame. */
  readonly closeCode: number | null;

  /** Reason of the Close frame, `''` if there is none. */
  readonly reason: string;

  /**
   * What went wrong below, with Node's `code` such as `'ECONNREFUSED'` or `'CERT_HAS_EXPIRED'`, or
   * with one of this package such as `'ERR_WEBSOCKET_PROTOCOL'`. An `AggregateError` if several
   * addresses were tried. Absent if nothing went wrong. Our addition.
   */
  readonly cause?: NodeJS.ErrnoException;

  /**
   * The server's answer, if it answered the handshake with something else than 101. Our addition.
   */
  readonly response?: WebSocketRefusal;
}
