import { EventConnection } from '../event-connection.mjs';
import { readFileSync } from 'node:fs';

export const version = globalThis.Bun.version;

/**
 * @param {string} url
 * @param {import('../specification.mjs').Specification} specification
 */
export function open(url, { ca, deflate, size, tls }) {
  const options = { perMessageDeflate: deflate };
  if (tls) options.tls = { ca: authority(ca) };
  return EventConnection.open(new WebSocket(url, options), 'uint8array', size);
}

let pem;

function authority(file) {
  pem ??= readFileSync(file, 'utf8');
  return pem;
}
