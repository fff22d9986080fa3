'use strict';

// Conversions that several options share. Each throws a TypeError that names the option, what was
// given and what is allowed.

const { show } = require('./webidl.js');

/**
 * @param {number} fallback
 * @param {number} min
 * @param {number} max
 * @param {string} unit
 * @returns {(value: unknown, name: string) => number}
 */
function integer(fallback, min, max, unit) {
  return (value, name) => {
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    throw new TypeError(
      `${name} must be an integer from ${min} to ${max} (${unit}), not ${show(value)}`,
    );
  };
}

/**
 * @param {boolean} fallback
 * @returns {(value: unknown, name: string) => boolean}
 */
function boolean(fallback) {
  return (value, name) => {
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    throw new TypeError(`${name} must be true or false, not ${show(value)}`);
  };
}

module.exports = { boolean, integer };
