'use strict';

/**
 * The options of a connection that are numbers and switches, as `src/bridge/options.rs` reads them.
 * Times are in milliseconds, sizes in bytes; 0 stands for what is not wanted.
 *
 * @param {import('./options.js').Options} options
 * @param {object} found what only connecting finds out
 * @param {number} found.elapsed of the handshake's time
 * @param {boolean} found.followsRedirects
 * @param {boolean} found.isSecure
 * @returns {Uint32Array}
 */
function connectNumbers(options, { elapsed, followsRedirects, isSecure }) {
  const { heartbeat, perMessageDeflate: deflate } = options;
  const numbers = new Uint32Array(deflate ? 20 : 14);
  numbers[0] = options.closeTimeout;
  numbers[1] = elapsed;
  numbers[2] = options.handshakeTimeout;
  numbers[3] = Number(options.http2 !== true);
  // Without TLS nobody says what the server speaks.
  numbers[4] = Number(options.http2 === true || (options.http2 === 'auto' && isSecure));
  numbers[5] = Number(followsRedirects);
  numbers[6] = heartbeat?.interval ?? 0;
  numbers[7] = heartbeat?.timeout ?? 0;
  numbers[8] = options.keepAlive ? KEEP_ALIVE_MS : 0;
  numbers[9] = options.maxFragments;
  numbers[10] = options.maxMessageSize;
  numbers[11] = Number(options.noDelay);
  numbers[12] = options.receiveBuffer;
  numbers[13] = Number(options.sharedBuffers);
  if (deflate) {
    numbers[14] = deflate.level;
    numbers[15] = Number(deflate.clientNoContextTakeover);
    numbers[16] = deflate.clientMaxWindowBits ?? 0;
    numbers[17] = Number(deflate.serverNoContextTakeover);
    numbers[18] = deflate.serverMaxWindowBits ?? 0;
    numbers[19] = deflate.threshold;
  }
  return numbers;
}

/** Idle time before the first TCP keep-alive probe: what undici uses, too. */
const KEEP_ALIVE_MS = 60_000;

module.exports = { connectNumbers };
