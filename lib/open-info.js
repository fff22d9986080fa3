'use strict';

const { toResponse } = require('./errors.js');

/**
 * What `opened` resolves with: the steps 2., 3. and 8. of "when a WebSocket connection is established".
 *
 * @param {import('../binding.js').OpenedRecord} record
 * @param {ReadableStream<string | Uint8Array>} readable
 * @param {WritableStream<any>} writable
 * @returns {import('../index.js').WebSocketOpenInfo}
 */
function openInfo(record, readable, writable) {
  return /** @type {any} */ ({
    // 2.-3. What the handshake agreed on.
    extensions: record.extensions,
    protocol: record.protocol,
    readable,
    writable,
    // Ours: what a server's logs need.
    response: toResponse(record.status, record.headers),
    remoteAddress: record.remoteAddress,
    remotePort: record.remotePort,
    localAddress: record.localAddress,
    localPort: record.localPort,
    httpVersion: record.httpVersion,
    tls: tlsInfo(record.tls),
  });
}

/** @param {import('../binding.js').TlsRecord | undefined | null} record */
function tlsInfo(record) {
  if (!record) return null;
  const { alpn, cipher, peerCertificate, protocol, sessionReused } = record;
  return {
    protocol,
    cipher,
    alpnProtocol: alpn ?? null,
    peerCertificate: peerCertificate.length > 0 ? peerCertificate : null,
    sessionReused,
  };
}

module.exports = { openInfo };
