import assert from 'node:assert/strict';
import { encodeClose, encodeFrame, FrameReader, OPCODE } from './frame.mjs';
import { until, within } from './until.mjs';

/**
 * The server's end of one connection, after the handshake. It does nothing by itself: no pong, no
 * answer to a Close frame. Every send returns a promise that fulfils when the kernel has taken the
 * bytes, and also when the connection is gone, so that a test need not wait for it.
 */
export class Peer {
  #socket;
  #reader = new FrameReader();
  #frames = [];
  #waiting = [];
  #failure;
  #handshakeBytes;
  #finished = false;

  /**
   * @param {import('node:net').Socket} socket
   * @param {object} request the parsed handshake request
   */
  constructor(socket, request) {
    this.#socket = socket;
    this.#handshakeBytes = socket.bytesRead;
    this.request = request;
    /** Fulfils when the socket is gone, with the error that ended it if there was one. */
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#finish();
        resolve(this.error);
      });
    });
    /** Fulfils when the client has sent FIN. */
    this.ended = new Promise((resolve) => {
      socket.once('end', () => {
        this.#finish();
        resolve();
      });
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('data', (chunk) => this.#receive(chunk));
  }

  /** Bytes the kernel has accepted from this side. */
  get accepted() {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** The port of the client. */
  get remotePort() {
    return this.#socket.remotePort;
  }

  /** Bytes that came after the handshake. */
  get bytesRead() {
    return this.#socket.bytesRead - this.#handshakeBytes;
  }

  get destroyed() {
    return this.#socket.destroyed;
  }

  sendText(text) {
    return this.sendFrame({ opcode: OPCODE.text, payload: text });
  }

  sendBinary(bytes) {
    return this.sendFrame({ opcode: OPCODE.binary, payload: bytes });
  }

  sendClose(code, reason) {
    return this.sendFrame({ opcode: OPCODE.close, payload: encodeClose(code, reason) });
  }

  ping(payload) {
    return this.sendFrame({ opcode: OPCODE.ping, payload });
  }

  /** @param {Parameters<typeof encodeFrame>[0]} frame */
  sendFrame(frame) {
    return this.sendRaw(encodeFrame(frame));
  }

  sendRaw(bytes) {
    return new Promise((resolve) => {
      this.#socket.write(bytes, () => resolve());
    });
  }

  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** Sends FIN and goes on reading. */
  end() {
    this.#socket.end();
  }

  /** Drops the connection with RST. */
  reset() {
    this.#socket.resetAndDestroy();
  }

  destroy() {
    this.#socket.destroy();
  }

  /**
   * The next frame from the client, or null when it has sent FIN or is gone.
   *
   * @returns {Promise<{ fin: boolean, rsv: number, opcode: number, payload: Buffer } | null>}
   */
  next() {
    if (this.#frames.length > 0) return Promise.resolve(this.#frames.shift());
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#finished) return Promise.resolve(null);
    const frame = new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    return within(frame, 'a frame from the client');
  }

  async *[Symbol.asyncIterator]() {
    for (let frame = await this.next(); frame; frame = await this.next()) yield frame;
  }

  /** The next frame, which must be a whole message of text. */
  async nextText() {
    return (await this.#nextMessage(OPCODE.text)).toString();
  }

  /** The next frame, which must be a whole binary message. */
  async nextBinary() {
    return this.#nextMessage(OPCODE.binary);
  }

  /** The next frame, which must be a Close frame. */
  async nextClose() {
    return decodeClose(await this.#nextMessage(OPCODE.close));
  }

  /** Throws away what comes before the Close frame, and returns that one. */
  async untilClose() {
    for await (const frame of this) {
      if (frame.opcode === OPCODE.close) return decodeClose(frame.payload);
    }
    assert.fail('the client ended without a Close frame');
  }

  /** Waits for the client's Close frame, echoes its code and ends the connection. */
  async answerClose() {
    const close = await this.untilClose();
    await this.sendClose(close.code);
    this.end();
    return close;
  }

  /** Waits until the client has sent FIN or RST; what it sent before is thrown away. */
  waitEnd() {
    this.resume();
    return within(Promise.race([this.ended, this.closed]), 'the client ends the connection');
  }

  /** Waits until nothing that was sent is left on this side. */
  flushed() {
    return until(() => this.#socket.writableLength === 0, 'everything sent is accepted');
  }

  async #nextMessage(opcode) {
    const frame = await this.next();
    assert.ok(frame, 'a frame, not the end of the connection');
    const seen = { opcode: frame.opcode, fin: frame.fin, rsv: frame.rsv };
    assert.deepEqual(seen, { opcode, fin: true, rsv: 0 });
    return frame.payload;
  }

  #receive(chunk) {
    if (this.#failure) return;
    try {
      for (const frame of this.#reader.push(chunk)) {
        const waiter = this.#waiting.shift();
        if (waiter) waiter.resolve(frame);
        else this.#frames.push(frame);
      }
    } catch (error) {
      this.#failure = error;
      for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    }
  }

  #finish() {
    this.#finished = true;
    for (const waiter of this.#waiting.splice(0)) waiter.resolve(null);
  }
}

function decodeClose(payload) {
  if (payload.length === 0) return { code: undefined, reason: '' };
  return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
}
