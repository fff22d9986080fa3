// A connection through web streams, as a program uses it.

/** The methods that the workloads use, over a `WebSocketStream` of any implementation. */
export class StreamConnection {
  #socket;
  #readable;
  #writer;

  /**
   * @param {{ opened: Promise<any>, closed: Promise<any>, close(): void }} socket
   */
  static async open(socket) {
    const { readable, writable } = await socket.opened;
    return new StreamConnection(socket, readable, writable);
  }

  constructor(socket, readable, writable) {
    this.#socket = socket;
    this.#readable = readable;
    this.#writer = writable.getWriter();
  }

  /**
   * Reads until `onMessage` returns true.
   *
   * @param {(data: string | Uint8Array) => boolean} onMessage
   */
  async receive(onMessage) {
    for await (const chunk of this.#readable.values({ preventCancel: true })) {
      if (onMessage(chunk)) return;
    }
    throw new Error('the connection ended early');
  }

  /**
   * Sends with backpressure until `next` gives no message.
   *
   * @param {() => string | Uint8Array | undefined} next
   */
  async send(next) {
    const writer = this.#writer;
    for (;;) {
      await writer.ready;
      const message = next();
      if (message === undefined) return;
      writer.write(message);
    }
  }

  /**
   * Sends one message without waiting.
   *
   * @param {string | Uint8Array} message
   */
  post(message) {
    this.#writer.write(message);
  }

  /** Does the closing handshake. */
  async close() {
    this.#socket.close();
    await this.#socket.closed;
  }

  /** Only streams can stop reading without help. */
  pause() {}

  resume() {}
}
