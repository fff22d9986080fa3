// Spans of OpenTelemetry from the channels of node:diagnostics_channel: one span per connection,
// with the handshake, the pings and the errors as its events.
//
//   node examples/opentelemetry.mjs [wss://host/path]
//
// `tracer` stands for `trace.getTracer('websocketstream')` of @opentelemetry/api: it has the same
// methods and prints the spans that end, so the example needs no collector.

import { subscribe } from 'node:diagnostics_channel';

import { WebSocketStream } from 'websocketstream';

import { serverFor } from './local-server.mjs';

const tracer = {
  startSpan(name, { attributes }) {
    const span = { name, attributes: { ...attributes }, events: [], status: 'unset' };
    return {
      setAttributes: (more) => Object.assign(span.attributes, more),
      addEvent: (event, details) => span.events.push({ event, ...details }),
      recordException: (error) => span.events.push({ event: 'exception', text: error.message }),
      setStatus: ({ code }) => {
        span.status = code === ERROR ? 'error' : 'ok';
      },
      end: () => console.log(JSON.stringify(span, null, 2)),
    };
  },
};

/** `SpanStatusCode.ERROR` of @opentelemetry/api. */
const ERROR = 2;

const spans = new WeakMap();

subscribe('websocketstream:handshake', ({ stream, url, status, duration }) => {
  const { hostname, port, pathname } = new URL(url);
  const span = tracer.startSpan(`websocket ${pathname}`, {
    attributes: { 'server.address': hostname, 'server.port': Number(port), 'url.path': pathname },
    // OpenTelemetry takes the time when it began, too.
    startTime: Date.now() - duration,
  });
  span.addEvent('handshake', { 'http.response.status_code': status });
  spans.set(stream, span);
});

subscribe('websocketstream:open', ({ stream, remoteAddress, httpVersion }) => {
  spans.get(stream)?.setAttributes({
    'network.peer.address': remoteAddress,
    'network.protocol.version': httpVersion,
  });
});

subscribe('websocketstream:pong', ({ stream, roundTrip }) => {
  spans.get(stream)?.addEvent('pong', { 'websocket.round_trip_ms': roundTrip });
});

subscribe('websocketstream:error', ({ stream, error }) => {
  spans.get(stream)?.recordException(error);
  spans.get(stream)?.setStatus({ code: ERROR });
});

subscribe('websocketstream:close', ({ stream, closeCode, stats }) => {
  const span = spans.get(stream);
  span?.setAttributes({
    'websocket.close_code': closeCode,
    'websocket.messages_received': stats.messagesReceived,
    'websocket.messages_sent': stats.messagesSent,
    'websocket.bytes_received': stats.bytesReceived,
    'websocket.bytes_sent': stats.bytesSent,
  });
  span?.end();
});

const { url: address, stop } = await serverFor((socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});

const wss = new WebSocketStream(address);
const { readable, writable } = await wss.opened;
await wss.ping();
await writable.getWriter().write('hello');
await readable.getReader().read();
wss.close({ closeCode: 1000 });
await wss.closed;
stop();

// Nobody listens any more: the second span ends with an error.
await new WebSocketStream(address).closed.catch(() => {});
