'use strict';

const { boolean, integer } = require('./option-values.js');
const { show } = require('./webidl.js');

/**
 * Complete settings.
 *
 * @typedef {object} PerMessageDeflate
 * @property {number | undefined} clientMaxWindowBits nothing leaves it to the server
 * @property {boolean} clientNoContextTakeover
 * @property {number} level 1 to 9
 * @property {number | undefined} serverMaxWindowBits nothing for no wish
 * @property {boolean} serverNoContextTakeover
 * @property {number} threshold bytes from which on a message is compressed
 */

/**
 * The option `perMessageDeflate`: whether and how messages are compressed. Nothing stands for no
 * compression.
 *
 * @param {unknown} value
 * @returns {PerMessageDeflate | undefined}
 */
function toPerMessageDeflate(value) {
  if (value === false) return undefined;
  if (value !== undefined && value !== true && (typeof value !== 'object' || value === null)) {
    throw new TypeError(
      `perMessageDeflate must be true, false or an object of settings, not ${show(value)}`,
    );
  }
  if (typeof value !== 'object') return DEFAULTS;
  return toSettings(/** @type {Record<string, unknown>} */ (value));
}

/**
 * @param {Record<string, unknown>} given
 * @returns {PerMessageDeflate}
 */
function toSettings(given) {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(MEMBERS, name)) {
      const known = Object.keys(MEMBERS).join(', ');
      throw new TypeError(`${show(name)} is no setting of perMessageDeflate; there are: ${known}`);
    }
  }
  /** @type {Record<string, unknown>} */
  const settings = {};
  for (const [name, convert] of Object.entries(MEMBERS)) {
    settings[name] = convert(given[name], `perMessageDeflate.${name}`);
  }
  return /** @type {PerMessageDeflate} */ (/** @type {unknown} */ (settings));
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {number | undefined}
 */
function windowBits(value, name) {
  return value === undefined ? undefined : toWindowBits(value, name);
}

const toWindowBits = integer(15, 8, 15, 'a window of 2 to the power of it bytes');

/** The largest length that the boundary to the native half carries. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * In lexicographical order.
 *
 * @type {Record<string, (value: unknown, name: string) => unknown>}
 */
const MEMBERS = {
  clientMaxWindowBits: windowBits,
  clientNoContextTakeover: boolean(false),
  level: integer(1, 1, 9, 'from fastest to smallest'),
  serverMaxWindowBits: windowBits,
  serverNoContextTakeover: boolean(false),
  threshold: integer(1024, 0, MAX_BYTES, 'bytes'),
};

/** Shared: nobody changes it. */
const DEFAULTS = toSettings({});

module.exports = { toPerMessageDeflate };
