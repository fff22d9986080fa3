import { createRequire } from 'node:module';
import { StreamConnection } from '../stream-connection.mjs';
import { Unavailable } from '../unavailable.mjs';

const require = createRequire(import.meta.url);
const { WebSocketStream } = require('../../../index.js');

export const { version } = require('../../../package.json');

/**
 * @param {string} url
 * @param {import('../specification.mjs').Specification} specification
 */
export function open(url, { deflate, shared }) {
  const options = {};
  if (deflate) options.perMessageDeflate = true;
  if (shared) options.sharedBuffers = true;
  return StreamConnection.open(construct(url, options));
}

function construct(url, options) {
  try {
    return new WebSocketStream(url, options);
  } catch (error) {
    // An unknown option is refused by name.
    if (error instanceof TypeError) throw new Unavailable(error.message);
    throw error;
  }
}
