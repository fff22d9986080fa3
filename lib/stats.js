'use strict';

/**
 * The numbers of a connection that has none yet.
 *
 * @type {Readonly<import('../binding.js').StatsRecord>}
 */
const NO_STATS = Object.freeze({
  bytesReceived: 0,
  bytesSent: 0,
  messagesReceived: 0,
  messagesSent: 0,
  payloadReceived: 0,
  payloadSent: 0,
  pingsReceived: 0,
  pingsSent: 0,
  pongsReceived: 0,
  receiveBuffered: 0,
  sendBuffered: 0,
});

/**
 * What `stats` of a connection gives.
 *
 * @param {import('../binding.js').StatsRecord | undefined | null} record
 * @param {number | null} openedAt milliseconds since 1970
 * @returns {import('../index.js').WebSocketStats}
 */
function toStats(record, openedAt) {
  const { roundTrip, ...numbers } = record ?? NO_STATS;
  return { openedAt, ...numbers, roundTrip: roundTrip ?? null };
}

module.exports = { toStats };
