'use strict';

const { secondsOf, UsageError } = require('./arguments.js');
const { EXIT } = require('./exit-code.js');
const { messagesOf, releaseInput } = require('./input.js');
const { Output } = require('./output.js');
const { startServer } = require('./server/server.js');
const { Silence } = require('./silence.js');
const { Status } = require('./status.js');

/** @typedef {import('./server/session.js').Session} Session */

/**
 * Serves until it is interrupted or, with `--pipe`, until stdin has ended.
 *
 * @param {string} port
 * @param {Record<string, any>} options of the command line
 * @returns {Promise<number>} the exit code
 */
async function listen(port, options) {
  const status = new Status(options);
  const silence = new Silence(secondsOf(options.linger, 'linger', { fallback: 1000 }));
  /** @type {Set<Session>} */
  const sessions = new Set();
  /** @type {(code: number) => void} */
  let end = () => {};
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const output = new Output({
    ...options,
    status,
    onBroken: () => end(output.failure ? EXIT.failed : EXIT.ok),
  });
  let count = 0;

  const { server, url } = await start(port, options, async (session, request) => {
    const number = ++count;
    sessions.add(session);
    status.info(`Client ${number} connected: ${request.method} ${request.url}`);
    if (options.pipe && !options['no-stdin'] && number === 1) {
      // What is on stdin is for somebody, so it waits for the first client.
      broadcast(sessions, options, silence).then(
        () => end(EXIT.ok),
        (error) => {
          status.failure(error.message);
          end(EXIT.failed);
        },
      );
    }
    try {
      for await (const message of session.messages()) {
        if (options.pipe) await silence.break(() => output.message(message));
        else await session.send(message);
      }
      status.info(`Client ${number} has gone`);
    } catch (error) {
      status.info(`Client ${number} was lost: ${error.message}`);
    } finally {
      sessions.delete(session);
    }
  });
  status.info(`Listening on ${url}, ${options.pipe ? 'bridging the terminal' : 'echoing'}`);
  await output.event({ type: 'listening', url });

  const interrupt = () => end(EXIT.interrupted);
  process.once('SIGINT', interrupt);
  const code = await ended;
  process.off('SIGINT', interrupt);
  server.close();
  for (const session of sessions) session.close(1001, 'the server ends');
  server.closeAllConnections();
  releaseInput();
  if (output.failure) status.failure(output.failure.message);
  return code;
}

/**
 * @param {string} text
 * @param {Record<string, any>} options
 * @param {Parameters<typeof startServer>[0]['onSession']} onSession
 */
async function start(text, { host = '127.0.0.1' }, onSession) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`The port is a number up to 65535, not ${text}`);
  }
  try {
    return await startServer({ host, port, onSession });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/**
 * Sends what stdin holds to every client, as fast as the slowest takes it.
 *
 * @param {Set<Session>} sessions
 * @param {Record<string, any>} options
 * @param {Silence} silence
 */
async function broadcast(sessions, options, silence) {
  for await (const message of messagesOf(options)) {
    await Promise.all([...sessions].map((session) => session.send(message)));
  }
  if (!process.stdin.isTTY) await silence.wait();
  for (const session of sessions) session.close(1000);
}

module.exports = { listen };
