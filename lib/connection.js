'use strict';

// The only file that knows the native half. One hub serves all connections of an environment:
// a wake-up from it says which of them have something to say.

const { FreedMemory } = require('./freed-memory.js');
const { Incoming } = require('./incoming.js');
const { loadBinding } = require('./load-error.js');
const { Outgoing } = require('./outgoing.js');
const { readStats } = require('./stats.js');

const binding = loadBinding(() => require('../binding.js'));

/**
 * How a connection tells its owner, which comes first each time: one object serves all connections.
 *
 * @template Owner
 * @typedef {object} Listener
 * @property {(owner: Owner, certificate: Uint8Array) => void} onCertificate the server's; `accept()`
 *   goes on
 * @property {(owner: Owner, record: import('../binding.js').OpenedRecord) => void} onOpened
 * @property {(owner: Owner) => void} onReadable a reader that found nothing can read
 * @property {(owner: Owner) => void} onWritable a writer that waits has room
 * @property {(owner: Owner) => void} onEnding the peer has ended its messages
 * @property {(owner: Owner, pongs: number[]) => void} onPongs in turn the id of a ping and its
 *   milliseconds
 * @property {(owner: Owner, traces: import('../binding.js').TraceRecord[]) => void} onTraces
 * @property {(owner: Owner, record: import('../binding.js').ClosedRecord) => void} onClosed called last
 */

/**
 * What all connections share.
 *
 * @typedef {object} Environment
 * @property {import('../binding.js').Hub} hub
 * @property {Incoming} incoming
 * @property {Outgoing} outgoing
 * @property {() => number} takeReady writes pairs to `ready`, and returns their number
 */

/** One socket, from dialling to the end. */
class Connection {
  #id;
  #listener;
  /** @type {unknown} until the end */
  #owner;
  #limit;
  #sharesBuffers;
  /** Bytes that may be waiting for the socket; at least as many as really are. */
  #buffered = 0;
  /** @type {import('./stats.js').Numbers | undefined} the last ones, after the end */
  #stats;
  /** Whether it keeps the process alive. */
  #referenced = false;

  /**
   * @param {import('../binding.js').ConnectOptions} options
   * @param {{ sendBuffer: number, sharedBuffers: boolean }} buffers as the constructor's options
   * @param {unknown} owner
   * @param {Listener<any>} listener
   */
  constructor(options, { sendBuffer, sharedBuffers }, owner, listener) {
    const { hub } = environment();
    const usesRoots = [options.tls, options.proxy?.tls].some((tls) => tls && !tls.ca);
    if (usesRoots && hub.needsRoots()) hub.setRoots(trustedCertificates());
    this.#listener = listener;
    this.#owner = owner;
    this.#sharesBuffers = sharedBuffers;
    this.#limit = sendBuffer;
    this.#id = hub.connect(options);
    connections.set(this.#id, this);
    this.setRef(true);
  }

  /** The server's certificate is good. */
  accept() {
    environment().hub.accept(this.#id);
  }

  /** False when reading has to wait for the next turn of the event loop: `onReadable` follows. */
  mayRead() {
    return environment().incoming.mayRead(this.#id);
  }

  /**
   * Delivers a batch of received messages; false when there is none.
   *
   * @param {(message: string | Uint8Array) => void} deliver
   */
  read(deliver) {
    const { incoming } = environment();
    return this.#sharesBuffers
      ? incoming.readShared(this.#id, deliver)
      : incoming.read(this.#id, deliver);
  }

  /**
   * Queues a message. Its bytes are copied before this returns.
   *
   * @param {string | Uint8Array} message
   * @returns {boolean} false when the send buffer is full: `onWritable` follows
   */
  write(message) {
    const { hub, outgoing } = environment();
    this.#buffered +=
      typeof message === 'string'
        ? outgoing.writeText(this.#id, message)
        : outgoing.writeBytes(this.#id, message);
    if (this.#buffered <= this.#limit) return true;
    outgoing.flush();
    this.#buffered = hub.buffered(this.#id, this.#limit);
    return this.#buffered <= this.#limit;
  }

  /**
   * Queues a part of a message. Nothing else may be written between the parts of one.
   *
   * @param {Uint8Array} bytes copied before this returns
   * @param {{ isText: boolean, first: boolean, last: boolean }} part
   * @returns {boolean} as for `write`
   */
  writePart(bytes, { isText, first, last }) {
    const { hub, outgoing } = environment();
    outgoing.flush();
    hub.sendFragment(this.#id, bytes, isText, first, last);
    this.#buffered = hub.buffered(this.#id, this.#limit);
    return this.#buffered <= this.#limit;
  }

  /**
   * Lets other things have their turn of the event loop, when this one was long.
   *
   * @returns {Promise<void> | undefined}
   */
  turn() {
    return environment().outgoing.turn();
  }

  /**
   * Starts the closing handshake, behind the queued messages.
   *
   * @param {number | undefined} code
   * @param {string} reason
   */
  close(code, reason) {
    const { hub, outgoing } = environment();
    outgoing.flush();
    hub.close(this.#id, code, reason);
  }

  /** All messages before `onEnding` were taken and answered. */
  acknowledge() {
    const { hub, outgoing } = environment();
    outgoing.flush();
    hub.acknowledge(this.#id);
  }

  /** Nobody will read. */
  discard() {
    environment().hub.discard(this.#id);
  }

  /** Drops the socket. */
  terminate() {
    environment().hub.terminate(this.#id);
  }

  /**
   * Sends a Ping; `onPongs` tells of its Pong.
   *
   * @param {number} pingId
   * @param {Uint8Array | undefined} payload
   */
  ping(pingId, payload) {
    environment().hub.ping(this.#id, pingId, payload);
  }

  /** Has `onTraces` told of control frames. */
  watch() {
    environment().hub.watch(this.#id);
  }

  /** What went through so far. */
  get stats() {
    if (this.#stats) return this.#stats;
    const { hub, outgoing } = environment();
    // What was written in this turn counts as buffered.
    outgoing.flush();
    return readStats(hub, this.#id);
  }

  /**
   * The event loop lives while one connection or more want it to.
   *
   * @param {boolean} referenced
   */
  setRef(referenced) {
    if (referenced === this.#referenced || !connections.has(this.#id)) return;
    this.#referenced = referenced;
    referencedCount += referenced ? 1 : -1;
    if (referencedCount === (referenced ? 1 : 0)) environment().hub.setRef(referenced);
  }

  /**
   * @param {number} signals
   */
  dispatch(signals) {
    const { hub } = environment();
    const listener = this.#listener;
    const owner = this.#owner;
    const certificate = signals & CERTIFICATE ? hub.certificate(this.#id) : null;
    if (certificate) listener.onCertificate(owner, certificate);
    const opened = signals & OPENED ? hub.opened(this.#id) : null;
    if (opened) listener.onOpened(owner, opened);
    if (signals & READABLE) listener.onReadable(owner);
    if (signals & WRITABLE) {
      this.#buffered = hub.buffered(this.#id, this.#limit);
      if (this.#buffered <= this.#limit) listener.onWritable(owner);
    }
    if (signals & PONG) listener.onPongs(owner, hub.pongs(this.#id));
    if (signals & TRACED) listener.onTraces(owner, hub.traces(this.#id));
    if (signals & ENDING) listener.onEnding(owner);
    const closed = signals & CLOSED ? hub.closed(this.#id) : null;
    if (closed) {
      this.#stats = readStats(hub, this.#id);
      listener.onClosed(owner, closed);
      this.setRef(false);
      environment().incoming.forget(this.#id);
      hub.release(this.#id);
      connections.delete(this.#id);
      // V8 makes a map that is old anew, in its old space, again and again; what has been left of it keeps
      // this alive until everything is collected, and is not to keep the streams as well.
      this.#owner = undefined;
    }
  }
}

/**
 * The hub and its slabs, made with the first connection: loading the module costs nothing.
 *
 * @returns {Environment}
 */
function environment() {
  if (!current) {
    const hub = new binding.Hub(wake, isNode, events);
    const freed = new FreedMemory(hub);
    const incoming = new Incoming(hub, freed, (id) => connections.get(id)?.dispatch(READABLE));
    const outgoing = new Outgoing(hub, freed, events);
    current = { hub, incoming, outgoing, takeReady: hub.readyInto(ready) };
  }
  return current;
}

/** Called by the native half; must not throw. */
function wake() {
  const { incoming, takeReady } = environment();
  incoming.onEvent();
  let count;
  do {
    count = takeReady();
    for (let i = 0; i < count; i++) {
      try {
        connections.get(ready[2 * i])?.dispatch(ready[2 * i + 1]);
      } catch (error) {
        // A fault of ours must be seen, and must not keep the other connections from theirs.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  } while (2 * count === ready.length);
}

/**
 * What Node trusts: its own roots, the system's where it was told so, and NODE_EXTRA_CA_CERTS.
 *
 * @returns {string[]}
 */
function trustedCertificates() {
  // Loaded when it is needed: it takes longer to load than this whole package.
  const { getCACertificates, rootCertificates } = require('node:tls');
  if (getCACertificates) return getCACertificates('default');
  // Node before 22.15.
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  const certificates = [...rootCertificates];
  if (extra) {
    try {
      certificates.push(require('node:fs').readFileSync(extra, 'utf8'));
    } catch {
      // Node has warned about it at its start.
    }
  }
  return certificates;
}

/** @type {Environment | undefined} */
let current;

/**
 * Open connections. They live until they are closed, whoever holds their streams.
 *
 * @type {Map<number, Connection>}
 */
const connections = new Map();

/** How many of them keep the process alive. */
let referencedCount = 0;

/** Signals, as `src/net/handle.rs` numbers them. */
const OPENED = 1;
const READABLE = 2;
const WRITABLE = 4;
const ENDING = 8;
const CLOSED = 16;
const PONG = 32;
const TRACED = 64;
const CERTIFICATE = 1 << 10;

/** Others have an event loop and strings of their own, and at most the names of Node's functions. */
const isNode = !process.versions.bun && !process.versions.deno;

/** Pairs of connection and signals; more than fit come in the next round. */
const ready = new Uint32Array(2 * 256);

/** Counts where an event of the event loop begins and where it ends. */
const events = new Uint32Array(1);

module.exports = { Connection };
