'use strict';

/**
 * What went through a connection.
 *
 * @typedef {Omit<import('../index.js').WebSocketStats, 'openedAt'>} Numbers
 */

/**
 * Asks the native half, which writes numbers: they cost less than an object that it would make.
 *
 * @param {import('../binding.js').Hub} hub
 * @param {number} id of a connection
 * @returns {Numbers | undefined} nothing when the connection is not known
 */
function readStats(hub, id) {
  return hub.stats(id, numbers) ? toNumbers(numbers) : undefined;
}

/**
 * What `stats` of a connection gives.
 *
 * @param {Numbers | undefined} stats nothing before there is a connection
 * @param {number | null} openedAt milliseconds since 1970
 * @returns {import('../index.js').WebSocketStats}
 */
function toStats(stats, openedAt) {
  return { openedAt, ...(stats ?? NO_STATS) };
}

/**
 * In the order of `src/bridge/vitals.rs`.
 *
 * @param {ArrayLike<number>} values
 * @returns {Numbers}
 */
function toNumbers(values) {
  return {
    bytesReceived: values[0],
    bytesSent: values[1],
    messagesReceived: values[2],
    messagesSent: values[3],
    payloadReceived: values[4],
    payloadSent: values[5],
    pingsReceived: values[6],
    pingsSent: values[7],
    pongsReceived: values[8],
    receiveBuffered: values[9],
    sendBuffered: values[10],
    roundTrip: Number.isNaN(values[11]) ? null : values[11],
  };
}

const numbers = new Float64Array(12);

const NO_STATS = Object.freeze({ ...toNumbers(numbers), roundTrip: null });

module.exports = { readStats, toStats };
