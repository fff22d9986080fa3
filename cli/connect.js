'use strict';

const { readFileSync } = require('node:fs');

const { WebSocketStream } = require('../index.js');
const { secondsOf, UsageError } = require('./arguments.js');
const { EXIT, exitCodeOf, exitCodeOfClose } = require('./exit-code.js');
const { messagesOf, releaseInput } = require('./input.js');
const { Output } = require('./output.js');
const { RateLine } = require('./rate-line.js');
const { Silence } = require('./silence.js');
const { Status } = require('./status.js');

/**
 * Connects the terminal to a server until one of both ends.
 *
 * @param {string} url
 * @param {Record<string, any>} options of the command line
 * @returns {Promise<number>} the exit code
 */
async function connect(url, options) {
  const status = new Status(options);
  const rates = new RateLine(status);
  const silence = new Silence(secondsOf(options.linger, 'linger', { fallback: 1000 }));
  const wss = open(url, streamOptions(options));
  const output = new Output({ ...options, status, onBroken: () => wss.close({ closeCode: 1000 }) });
  let interrupted = false;
  /** @type {Error | undefined} why not everything on stdin was sent */
  let inputFailure;
  const interrupt = () => {
    interrupted = true;
    // A second Ctrl-C does not wait for the server.
    process.once('SIGINT', () => process.kill(process.pid, 'SIGKILL'));
    wss.close({ closeCode: 1000 });
  };
  process.once('SIGINT', interrupt);

  let wasOpen = false;
  let reading;
  try {
    const { readable, writable, protocol, remoteAddress } = await wss.opened;
    wasOpen = true;
    status.info(`Connected to ${place(wss.url)}${protocol ? ` with ${protocol}` : ''}`);
    await output.event({ type: 'open', url: place(wss.url), protocol, remoteAddress });
    if (options.progress) rates.start();
    reading = receive(readable, output, { rates, silence }).catch(() => {});
    if (!options['no-stdin']) {
      send(wss, writable, options, { rates, silence }).catch((error) => {
        // When it is the connection that failed, its end tells why.
        if (error !== process.stdin.errored) return;
        inputFailure = error;
        wss.close({ closeCode: 1000 });
      });
    }
    const { closeCode, reason } = await wss.closed;
    await reading;
    rates.stop();
    status.info(`Closed with ${closeCode}${reason ? ` ${reason}` : ''}`);
    await output.event({ type: 'close', closeCode, reason });
    if (interrupted) return EXIT.interrupted;
    for (const failure of [inputFailure, output.failure]) {
      if (failure) status.failure(failure.message);
    }
    return inputFailure || output.failure ? EXIT.failed : exitCodeOfClose(closeCode);
  } catch (error) {
    // Everything that came before the failure is still written.
    await reading;
    rates.stop();
    if (interrupted) return EXIT.interrupted;
    status.failure(describe(error));
    const { closeCode, message } = error;
    await output.event({ type: 'error', message, code: error.cause?.code, closeCode });
    return exitCodeOf(error, wasOpen);
  } finally {
    process.off('SIGINT', interrupt);
    silence.end();
    releaseInput();
  }
}

/**
 * @param {string} url
 * @param {Record<string, unknown>} options
 */
function open(url, options) {
  try {
    return new WebSocketStream(url, options);
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/**
 * @param {ReadableStream<string | Uint8Array>} readable
 * @param {Output} output
 * @param {{ rates: RateLine, silence: Silence }} observers
 */
async function receive(readable, output, { rates, silence }) {
  for await (const message of readable) {
    rates.received(message);
    await silence.break(() => output.message(message));
  }
}

/**
 * @param {WebSocketStream} wss
 * @param {WritableStream<string | Uint8Array>} writable
 * @param {Record<string, any>} options
 * @param {{ rates: RateLine, silence: Silence }} observers
 */
async function send(wss, writable, options, { rates, silence }) {
  const writer = writable.getWriter();
  for await (const message of messagesOf(options)) {
    await writer.write(message);
    rates.sent(message);
  }
  // Somebody who typed Ctrl-D wants to go; a pipe that ended may still get answers.
  if (!process.stdin.isTTY) await silence.wait();
  wss.close({ closeCode: 1000 });
}

/**
 * The options of the command line as those of the constructor.
 *
 * @param {Record<string, any>} options
 * @returns {Record<string, unknown>}
 */
function streamOptions(options) {
  /** @type {Record<string, unknown>} */
  const result = {};
  if (options.header) result.headers = options.header.map(headerOf);
  if (options.protocol) result.protocols = options.protocol;
  if (options.timeout) {
    result.handshakeTimeout = secondsOf(options.timeout, 'timeout', { least: 0.001 });
  }
  if (options['max-size']) result.maxMessageSize = Number(options['max-size']);
  if (options['no-compress']) result.perMessageDeflate = false;
  if (options.http2) result.http2 = true;
  if (options.proxy) result.proxy = options.proxy;
  if (options.ping) {
    const interval = secondsOf(options.ping, 'ping', { least: 0.001 });
    result.heartbeat = { interval, timeout: interval };
  }
  const tls = tlsOptions(options);
  if (Object.keys(tls).length > 0) result.tls = tls;
  return result;
}

/** @param {Record<string, any>} options */
function tlsOptions({ ca, cert, insecure, key }) {
  /** @type {Record<string, unknown>} */
  const tls = {};
  if (ca) tls.ca = ca.map(fileText);
  if (cert) tls.cert = fileText(cert);
  if (key) tls.key = fileText(key);
  if (insecure) tls.rejectUnauthorized = false;
  return tls;
}

/** @param {string} text */
function headerOf(text) {
  const colon = text.indexOf(':');
  if (colon < 1) throw new UsageError(`-H takes 'Name: value', not ${text}`);
  return [text.slice(0, colon), text.slice(colon + 1).trim()];
}

/** @param {string} file */
function fileText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/** @param {any} error */
function describe(error) {
  const body = error.response?.body;
  if (!body || body.length === 0) return error.message;
  // A server must not be able to write control sequences to the terminal.
  const text = Buffer.from(body)
    .toString()
    .replace(/\p{Cc}/gu, ' ');
  return `${error.message}\n${text.slice(0, SHOWN_BODY).trim()}`;
}

/** @param {string} url may have a password in it, which is not for logs */
function place(url) {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search}`;
}

/** Characters of a refusal that are shown. */
const SHOWN_BODY = 500;

module.exports = { connect };
