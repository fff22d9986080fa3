import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The addon that `npm test` builds with the cargo feature `testing`; in `npm run test:sanitize`, the
 * one that all tests run over.
 */
export const testingAddon =
  process.env.NAPI_RS_NATIVE_LIBRARY_PATH ??
  fileURLToPath(new URL('../../.cache/testing/websocketstream.node', import.meta.url));

/** Lets a process load it in place of the ordinary one. */
export const testingEnv = { NAPI_RS_NATIVE_LIBRARY_PATH: testingAddon };

/**
 * Connections of this process that hold memory or a socket. Only in a process that was started with
 * `testingEnv`.
 *
 * @returns {number}
 */
export function aliveConnections() {
  return createRequire(import.meta.url)(testingAddon).aliveConnections();
}
