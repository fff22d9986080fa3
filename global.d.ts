import type {
  WebSocketError as PackageWebSocketError,
  WebSocketStream as PackageWebSocketStream,
} from './index.js';

/**
 * `import 'websocketstream/global'` installs {@link WebSocketStream} and {@link WebSocketError} as
 * globals, unless there is a `WebSocketStream` already.
 *
 * @example
 * ```js
 * import 'websocketstream/global';
 *
 * const wss = new WebSocketStream('wss://example.com/feed');
 * ```
 */
declare global {
  /** The class {@link PackageWebSocketStream} as a global. */
  var WebSocketStream: typeof PackageWebSocketStream;
  /** An instance of the global class. */
  interface WebSocketStream extends PackageWebSocketStream {}

  /** The class {@link PackageWebSocketError} as a global. */
  var WebSocketError: typeof PackageWebSocketError;
  /** An instance of the global class. */
  interface WebSocketError extends PackageWebSocketError {}
}

export {};
