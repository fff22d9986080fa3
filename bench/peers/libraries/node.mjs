import process from 'node:process';
import { EventConnection } from '../event-connection.mjs';

export const version = process.versions.node;

/**
 * @param {string} url
 * @param {import('../specification.mjs').Specification} specification
 */
export function open(url, { size }) {
  return EventConnection.open(new WebSocket(url), 'arraybuffer', size);
}
