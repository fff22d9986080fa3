import { once } from 'node:events';
import { createServer } from 'node:net';
import { until } from './until.mjs';

export const TYPE = Object.freeze({
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
});

export const FLAG = Object.freeze({ ack: 1, endStream: 1, endHeaders: 4 });

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Entry 8 of HPACK's static table: `:status: 200`. */
export const STATUS_200 = Buffer.from([0x88]);

/** SETTINGS_ENABLE_CONNECT_PROTOCOL = 1. */
const ANNOUNCEMENT = [8, 1];

/**
 * An HTTP/2 server on loopback that sends only what a test tells it: frames, rather than what a
 * library makes of them. It announces WebSockets, acknowledges settings, and answers every request
 * with 200 unless `onRequest` is given. It is closed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} [options]
 * @param {(connection: FrameConnection, streamId: number) => void} [options.onRequest]
 * @param {number[][]} [options.settings] identifiers and values, in place of the announcement
 */
export async function startFrameServer(t, { onRequest = answer, settings = [ANNOUNCEMENT] } = {}) {
  const connections = [];
  const server = createServer((socket) => {
    connections.push(new FrameConnection(socket, settings, onRequest));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const { socket } of connections) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return {
    connections,
    url: `ws://127.0.0.1:${server.address().port}/`,
    connection: (number = 0) => until(() => connections[number], `connection ${number}`),
  };
}

/** @param {FrameConnection} connection @param {number} streamId */
function answer(connection, streamId) {
  connection.send({ type: TYPE.headers, flags: FLAG.endHeaders, streamId, payload: STATUS_200 });
}

class FrameConnection {
  #bytes = Buffer.alloc(0);
  #greeted = false;
  #onRequest;

  constructor(socket, settings, onRequest) {
    this.socket = socket;
    /** Every frame of the client but acknowledgements. */
    this.frames = [];
    this.#onRequest = onRequest;
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#receive(chunk));
    const payload = Buffer.alloc(6 * settings.length);
    for (const [i, [id, value]] of settings.entries()) {
      payload.writeUInt16BE(id, 6 * i);
      payload.writeUInt32BE(value, 6 * i + 2);
    }
    this.send({ type: TYPE.settings, payload });
  }

  /**
   * @param {object} frame
   * @param {number} frame.type
   * @param {number} [frame.flags]
   * @param {number} [frame.streamId]
   * @param {Uint8Array} [frame.payload]
   */
  send(frame) {
    this.socket.write(encodeHttp2Frame(frame));
  }

  /** @param {number} streamId @param {number} code */
  reset(streamId, code) {
    this.send({ type: TYPE.reset, streamId, payload: words(code) });
  }

  /** @param {number} lastStreamId @param {number} code */
  goAway(lastStreamId, code) {
    this.send({ type: TYPE.goAway, payload: words(lastStreamId, code) });
  }

  /** The next frame of that type, taken out. */
  async next(type) {
    const is = (frame) => frame.type === type;
    const frame = await until(() => this.frames.find(is), `a frame of type ${type}`);
    this.frames.splice(this.frames.indexOf(frame), 1);
    return frame;
  }

  #receive(chunk) {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.#greeted) {
      if (this.#bytes.length < PREFACE.length) return;
      this.#greeted = true;
      this.#bytes = this.#bytes.subarray(PREFACE.length);
    }
    while (this.#bytes.length >= 9 && this.#bytes.length >= 9 + this.#bytes.readUIntBE(0, 3)) {
      const end = 9 + this.#bytes.readUIntBE(0, 3);
      const [type, flags] = [this.#bytes[3], this.#bytes[4]];
      const streamId = this.#bytes.readUInt32BE(5);
      const payload = this.#bytes.subarray(9, end);
      this.#bytes = this.#bytes.subarray(end);
      this.#take({ type, flags, streamId, payload });
    }
  }

  #take(frame) {
    if (frame.type === TYPE.settings) {
      if (!(frame.flags & FLAG.ack)) this.send({ type: TYPE.settings, flags: FLAG.ack });
      return;
    }
    this.frames.push(frame);
    if (frame.type === TYPE.headers) this.#onRequest(this, frame.streamId);
  }
}

/** @param {Parameters<FrameConnection['send']>[0]} frame */
export function encodeHttp2Frame({ type, flags = 0, streamId = 0, payload = Buffer.alloc(0) }) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** @param {number[]} values of 32 bits each */
export function words(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}
