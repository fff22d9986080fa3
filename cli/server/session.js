'use strict';

const { once } = require('node:events');

const { FrameError, FrameReader } = require('./frame-reader.js');

/** One client of the server, after the handshake. */
class Session {
  #socket;
  #reader = new FrameReader(MAX_MESSAGE);
  #closing = false;

  /**
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head what came with the handshake already
   */
  constructor(socket, head) {
    this.#socket = socket;
    if (head.length > 0) socket.unshift(head);
    // The loop over the socket ends with the same error; while nobody loops it is of no interest.
    socket.on('error', () => {});
  }

  /**
   * The messages, to the end of the connection. While the consumer is busy nothing is read.
   *
   * @returns {AsyncGenerator<string | Buffer>}
   */
  async *messages() {
    try {
      yield* this.#assemble();
    } catch (error) {
      if (error instanceof FrameError) this.close(error.closeCode, error.message);
      else if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
    } finally {
      this.#socket.end();
      // The end of the client is noticed only by reading on.
      this.#socket.resume();
    }
  }

  /**
   * @param {string | Uint8Array} message
   * @returns {Promise<void>} resolves when there is room for the next one
   */
  async send(message) {
    const payload = Buffer.from(message);
    await this.#write(typeof message === 'string' ? TEXT : BINARY, payload);
  }

  /**
   * @param {number} code
   * @param {string} [reason]
   */
  close(code, reason = '') {
    if (this.#closing) return;
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.#write(CLOSE, payload);
    this.#closing = true;
  }

  async *#assemble() {
    /** @type {Buffer[]} */
    let parts = [];
    let kind = 0;
    for await (const frame of this.#frames()) {
      const { fin, opcode, payload } = frame;
      if (opcode === CLOSE) {
        this.#answerClose(payload);
        return;
      }
      if (opcode === PING) await this.#write(PONG, payload);
      if (opcode >= CLOSE) continue;
      if ((opcode === 0) === (kind === 0)) throw new FrameError(1002, 'fragments out of order');
      kind ||= opcode;
      parts.push(payload);
      if (parts.reduce((sum, { length }) => sum + length, 0) > MAX_MESSAGE) {
        throw new FrameError(1009, 'the message is too big');
      }
      if (!fin) continue;
      const bytes = parts.length === 1 ? payload : Buffer.concat(parts);
      yield kind === TEXT ? decode(bytes) : bytes;
      parts = [];
      kind = 0;
    }
  }

  async *#frames() {
    // The socket outlives the loop: a Close frame may still have to go out.
    for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
      this.#reader.push(chunk);
      for (let frame = this.#reader.read(); frame; frame = this.#reader.read()) yield frame;
    }
  }

  /** @param {Buffer} payload */
  #answerClose(payload) {
    if (payload.length === 0) this.#write(CLOSE, payload);
    else if (payload.length === 1) throw new FrameError(1002, 'half a close code');
    else this.close(payload.readUInt16BE(0), decode(payload.subarray(2)));
    this.#closing = true;
  }

  /**
   * @param {number} opcode
   * @param {Buffer} payload
   */
  async #write(opcode, payload) {
    if (this.#closing || !this.#socket.writable) return;
    this.#socket.write(header(opcode, payload.length));
    if (this.#socket.write(payload)) return;
    await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]).catch(() => {});
  }
}

/**
 * @param {number} opcode
 * @param {number} length
 */
function header(opcode, length) {
  const size = length > 0xffff ? 10 : length > 125 ? 4 : 2;
  const bytes = Buffer.alloc(size);
  bytes[0] = 0x80 | opcode;
  bytes[1] = size === 10 ? 127 : size === 4 ? 126 : length;
  if (size === 4) bytes.writeUInt16BE(length, 2);
  if (size === 10) bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

/** @param {Buffer} bytes */
function decode(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FrameError(1007, 'the text is not UTF-8');
  }
}

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Bytes of one message: the client of this package accepts as much by default. */
const MAX_MESSAGE = 64 * 1024 * 1024;

module.exports = { Session };
