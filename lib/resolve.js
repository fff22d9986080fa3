'use strict';

const dns = require('node:dns');
const { isIP } = require('node:net');

const { show } = require('./webidl.js');

/**
 * Looks a name up as `net.connect` does, with the caller's function if there is one.
 *
 * @param {string} host name or address
 * @param {import('./options.js').Options} options
 * @param {(error: Error | null, addresses: string[]) => void} done
 */
function resolve(host, { family, lookup = dns.lookup }, done) {
  if (isIP(host)) {
    done(null, [host]);
    return;
  }
  /** @type {(error: Error | null, found: any, version?: number) => void} */
  const onFound = (error, found) => {
    if (error) {
      done(error, []);
      return;
    }
    // A caller's function may give anything.
    const entries = Array.isArray(found) ? found : [found];
    const list = entries.map((entry) => entry?.address ?? entry);
    const wrong = list.findIndex((address) => !isAddress(address));
    if (wrong < 0 && list.length > 0) done(null, list);
    else {
      const message = `the look-up of ${host} gave no address: ${show(list[wrong])}`;
      done(Object.assign(new TypeError(message), { code: 'ERR_INVALID_IP_ADDRESS' }), []);
    }
  };
  try {
    /** @type {any} */ (lookup)(host, { all: true, family }, onFound);
  } catch (error) {
    done(error, []);
  }
}

/**
 * What the native half can dial: not with a zone.
 *
 * @param {unknown} value
 */
function isAddress(value) {
  return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
}

module.exports = { resolve };
