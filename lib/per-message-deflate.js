'use strict';

const { boolean, integer } = require('./option-values.js');
const { show } = require('./webidl.js');

/**
 * The option `perMessageDeflate`: whether and how messages are compressed. Nothing stands for no
 * compression.
 *
 * @param {unknown} value
 * @returns {import('../binding.js').PerMessageDeflate | undefined}
 */
function toPerMessageDeflate(value) {
  if (value === false) return undefined;
  if (value !== undefined && value !== true && (typeof value !== 'object' || value === null)) {
    throw new TypeError(
      `perMessageDeflate must be true, false or an object of settings, not ${show(value)}`,
    );
  }
  const given = /** @type {Record<string, unknown>} */ (typeof value === 'object' ? value : {});
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
  return /** @type {import('../binding.js').PerMessageDeflate} */ (
    /** @type {unknown} */ (settings)
  );
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

module.exports = { toPerMessageDeflate };
