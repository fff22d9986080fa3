import { StreamConnection } from '../stream-connection.mjs';

export const version = globalThis.Deno.version.deno;

/**
 * @param {string} url
 */
export function open(url) {
  return StreamConnection.open(new globalThis.WebSocketStream(url));
}
