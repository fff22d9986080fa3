'use strict';

const dns = require('node:dns');
const { isIP } = require('node:net');

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
    const list = Array.isArray(found) ? found.map(({ address }) => address) : [found];
    const wrong = list.find((address) => !isIP(address));
    if (wrong === undefined && list.length > 0) done(null, list);
    else {
      const message = `the look-up of ${host} gave no address: ${wrong}`;
      done(Object.assign(new TypeError(message), { code: 'ERR_INVALID_IP_ADDRESS' }), []);
    }
  };
  try {
    /** @type {any} */ (lookup)(host, { all: true, family }, onFound);
  } catch (error) {
    done(error, []);
  }
}

module.exports = { resolve };
