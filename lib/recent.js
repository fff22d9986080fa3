'use strict';

/**
 * Remembers what was made of the values that came last, by their content and not by identity:
 * programs write `{ tls: { ... } }` anew for each connection, and buffers can be written to.
 *
 * @template T
 */
class Recent {
  #limit;

  /** @type {Map<string, T>} oldest first */
  #made = new Map();

  /** @param {number} limit of entries */
  constructor(limit) {
    this.#limit = limit;
  }

  /**
   * @param {(string | Uint8Array)[]} parts which make up the value
   * @param {() => T} make what is thrown is not remembered
   * @returns {T} shared: nobody may change it
   */
  get(parts, make) {
    const key = digest(parts);
    const known = this.#made.get(key);
    const value = known ?? make();
    this.#made.delete(key);
    this.#made.set(key, value);
    if (this.#made.size > this.#limit) {
      const [oldest] = this.#made.keys();
      this.#made.delete(oldest);
    }
    return value;
  }
}

/**
 * A digest keeps no copy of what may be secret, and is short however long that is.
 *
 * @param {(string | Uint8Array)[]} parts
 */
function digest(parts) {
  const { createHash } = require('node:crypto');
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('base64');
}

module.exports = { Recent };
