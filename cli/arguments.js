'use strict';

const { parseArgs } = require('node:util');

/** What is wrong with the command line, in words for whoever typed it. */
class UsageError extends Error {}

/**
 * One option of a command. Parsing, help and shell completion are all made from these tables.
 *
 * @typedef {object} Option
 * @property {string} name without the dashes
 * @property {string} [short]
 * @property {string} [value] name of the value in the help; absent for switches
 * @property {boolean} [multiple]
 * @property {string} help
 */

/** @type {Option[]} */
const EVERYWHERE = [
  { name: 'help', short: 'h', help: 'show this text' },
  { name: 'version', short: 'V', help: 'show the version' },
];

/** @type {Option[]} */
const MESSAGES = [
  {
    name: 'binary',
    short: 'b',
    help: 'send raw chunks of stdin as binary messages, write messages as they are',
  },
  { name: 'json', help: 'write one JSON object a line for each message and event' },
  { name: 'linger', value: 'SECONDS', help: 'wait for silence so long after stdin ended (1)' },
  { name: 'no-stdin', help: 'send nothing: read until the other side closes' },
  { name: 'quiet', short: 'q', help: 'no status on stderr' },
];

/** @type {Option[]} */
const CONNECT = [
  { name: 'header', short: 'H', value: 'NAME: VALUE', multiple: true, help: 'add a header field' },
  { name: 'protocol', short: 'p', value: 'NAME', multiple: true, help: 'offer a subprotocol' },
  ...MESSAGES,
  { name: 'progress', help: 'show rates on stderr' },
  { name: 'ping', value: 'SECONDS', help: 'ping so often, give up when no answer comes as long' },
  { name: 'no-compress', help: 'do not offer permessage-deflate' },
  { name: 'http2', help: 'speak HTTP/2 (RFC 8441)' },
  { name: 'proxy', value: 'URL', help: 'connect through an http:, https: or socks5: proxy' },
  { name: 'ca', value: 'FILE', multiple: true, help: 'trust the certificates in a PEM file' },
  { name: 'cert', value: 'FILE', help: 'own certificate as PEM, with --key' },
  { name: 'key', value: 'FILE', help: 'private key as PEM' },
  { name: 'insecure', short: 'k', help: 'accept any certificate' },
  { name: 'timeout', value: 'SECONDS', help: 'time limit of the opening handshake (30)' },
  { name: 'max-size', value: 'BYTES', help: 'largest message that is accepted (67108864)' },
  ...EVERYWHERE,
];

/** @type {Option[]} */
const LISTEN = [
  { name: 'host', value: 'ADDRESS', help: 'address to listen on (127.0.0.1)' },
  { name: 'pipe', help: 'bridge stdin and stdout instead of echoing' },
  ...MESSAGES,
  ...EVERYWHERE,
];

/** @type {Record<'connect' | 'listen' | 'completion', { operand: string, options: Option[] }>} */
const COMMANDS = {
  connect: { operand: 'URL', options: CONNECT },
  listen: { operand: 'PORT', options: LISTEN },
  completion: { operand: 'SHELL', options: EVERYWHERE },
};

/** @typedef {keyof typeof COMMANDS} Command */

/**
 * @param {string[]} args
 * @returns {{ command: Command, options: Record<string, any>, operands: string[] }}
 */
function parseArguments(args) {
  const [first] = args;
  /** @type {Command} */
  const command = first === 'listen' || first === 'completion' ? first : 'connect';
  const rest = command === 'connect' ? args : args.slice(1);
  const { operand, options: table } = COMMANDS[command];
  /** @type {Record<string, { type: 'string' | 'boolean', short?: string, multiple?: boolean }>} */
  const known = {};
  for (const { name, short, value, multiple } of table) {
    known[name] = { type: value ? 'string' : 'boolean' };
    if (short) known[name].short = short;
    if (multiple) known[name].multiple = true;
  }
  const { values, positionals } = parse(rest, known);
  if (!values.help && !values.version && positionals.length !== 1) {
    const found = positionals.length === 0 ? 'none is given' : positionals.join(' ');
    throw new UsageError(`One ${operand} is expected: ${found}`);
  }
  return { command, options: values, operands: positionals };
}

/**
 * @param {string[]} args
 * @param {import('node:util').ParseArgsConfig['options']} options
 */
function parse(args, options) {
  try {
    return /** @type {{ values: Record<string, any>, positionals: string[] }} */ (
      parseArgs({ args, options, allowPositionals: true })
    );
  } catch (error) {
    // What follows is advice for file names that begin with a dash.
    throw new UsageError(error.message.replace(/\. To specify a positional.*/s, ''));
  }
}

/**
 * @param {string | undefined} text
 * @param {string} name of the option
 * @param {object} limits
 * @param {number} [limits.fallback] milliseconds without the option
 * @param {number} [limits.least] seconds
 * @returns {number} milliseconds
 */
function secondsOf(text, name, { fallback = 0, least = 0 }) {
  if (text === undefined) return fallback;
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= least && seconds <= 2_000_000)) {
    const range = least > 0 ? `, ${least} or more` : '';
    throw new UsageError(`--${name} takes a number of seconds${range}, not ${text}`);
  }
  return Math.round(seconds * 1000);
}

module.exports = { COMMANDS, parseArguments, secondsOf, UsageError };
