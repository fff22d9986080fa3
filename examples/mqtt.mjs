// MQTT over WebSocket: connects to a broker (`aedes`), subscribes, publishes and reads it back.
// `mqtt-packet` makes and reads the packets, the streams do the rest.
//   node examples/mqtt.mjs

import { Aedes } from 'aedes';
import mqtt from 'mqtt-packet';
import { createWebSocketStream } from 'ws';

import { WebSocketStream } from 'websocketstream';

import { startServer } from './local-server.mjs';

const broker = await Aedes.createBroker();
const { url, stop } = await startServer((socket, request) => {
  broker.handle(createWebSocketStream(socket), request);
});

const wss = new WebSocketStream(url, { protocols: ['mqtt'] });
const { readable, writable } = await wss.opened;
const writer = writable.getWriter();
const packets = packetsOf(readable);

await send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'example' });
await expect('connack');
await send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'room/+', qos: 0 }] });
await expect('suback');

for (const [room, degrees] of Object.entries({ kitchen: '21', attic: '17' })) {
  await send({ cmd: 'publish', topic: `room/${room}`, payload: degrees, qos: 0 });
  const { topic, payload } = await expect('publish');
  console.log(`${topic}: ${payload}`);
}

await send({ cmd: 'disconnect' });
wss.close();
await wss.closed.catch(() => {}); // brokers may drop the socket after `disconnect`
await new Promise((resolve) => broker.close(resolve));
stop();

/**
 * A packet may be spread over messages, and a message may hold several.
 *
 * @param {AsyncIterable<string | Uint8Array>} messages
 */
async function* packetsOf(messages) {
  const parser = mqtt.parser();
  const ready = [];
  parser.on('packet', (packet) => ready.push(packet));
  parser.on('error', (error) => ready.push(error));
  for await (const message of messages) {
    parser.parse(Buffer.from(message));
    while (ready.length > 0) yield ready.shift();
  }
}

/** @param {string} cmd */
async function expect(cmd) {
  const { value: packet } = await packets.next();
  if (packet?.cmd !== cmd) throw new Error(`${packet?.cmd ?? packet} instead of ${cmd}`);
  return packet;
}

/** @param {object} packet */
function send(packet) {
  return writer.write(mqtt.generate(packet));
}
