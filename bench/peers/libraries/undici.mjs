import { createRequire } from 'node:module';
import { WebSocketStream } from 'undici';
import { StreamConnection } from '../stream-connection.mjs';

export const { version } = createRequire(import.meta.url)('undici/package.json');

/**
 * @param {string} url
 */
export function open(url) {
  return StreamConnection.open(new WebSocketStream(url));
}
