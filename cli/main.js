'use strict';

const { version } = require('../package.json');
const { parseArguments, UsageError } = require('./arguments.js');
const { completionScript } = require('./completion.js');
const { EXIT } = require('./exit-code.js');
const { helpText } = require('./help.js');
const { listen } = require('./listen.js');

/**
 * Runs the command line.
 *
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
async function main(args) {
  try {
    const { command, options, operands } = parseArguments(args);
    if (options.help) return await print(helpText(command));
    if (options.version) return await print(`${version}\n`);
    switch (command) {
      case 'completion':
        return await print(completionScript(operands[0]));
      case 'listen':
        return await listen(operands[0], options);
      default:
        return await connect()(operands[0], options);
    }
  } catch (error) {
    if (error.code === 'ERR_WEBSOCKETSTREAM_BINARY') {
      process.stderr.write(`${error.message}\n`);
      return EXIT.failed;
    }
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nTry: websocketstream --help\n`);
    return EXIT.usage;
  }
}

/** Loaded when it is needed: everything else works without the native half. */
function connect() {
  return require('./connect.js').connect;
}

/**
 * @param {string} text
 * @returns {Promise<number>}
 */
function print(text) {
  return new Promise((resolve) => {
    process.stdout.on('error', ({ code }) => resolve(code === 'EPIPE' ? EXIT.ok : EXIT.failed));
    process.stdout.write(text, () => resolve(EXIT.ok));
  });
}

module.exports = { main };
