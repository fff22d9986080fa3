// What a client program is told to do.

/**
 * @typedef {object} Specification
 * @property {string} library      Name of a file in `libraries/`.
 * @property {string} workload     What to do; see `client.mjs`.
 * @property {number} port         Port of the load server, plain or TLS.
 * @property {number} controlPort  Plain port of the load server, for questions about a connection.
 * @property {boolean} tls
 * @property {string} ca           File with the certificate authority of the load server.
 * @property {'text' | 'chinese' | 'binary'} kind
 * @property {number} size         Bytes of a message.
 * @property {number} ms           How long to measure.
 * @property {number} warm         How long to run before that.
 * @property {boolean} deflate     Whether to negotiate permessage-deflate.
 * @property {boolean} shared      Whether binary chunks may share a buffer.
 * @property {number} inFlight     Messages under way at a time (echo).
 * @property {number} concurrency  Connections being opened at a time.
 * @property {number} connections  Connections open at a time.
 * @property {number} rate         Messages per second over all connections.
 * @property {number} every        Milliseconds between two pings.
 * @property {number} count        Messages in all (stalled workloads).
 */

/**
 * The URL of the load server with a path.
 *
 * @param {Specification} specification
 * @param {string} path
 * @param {Record<string, string | number>} query
 */
export function address({ tls, port }, path, query = {}) {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}${path}?${pairs.join('&')}`;
}
