'use strict';

const { show } = require('./webidl.js');

/**
 * The option `ciphers`: names of OpenSSL or IANA, separated by colons.
 *
 * @param {string | undefined} value
 * @param {string} option its name, for messages
 * @returns {string[] | undefined} names of IANA, the preferred one first
 */
function toCipherNames(value, option) {
  if (value === undefined) return undefined;
  return value.split(/[:, ]/).map((name) => {
    if (SUITES.has(name)) return /** @type {string} */ (SUITES.get(name));
    if ([...SUITES.values()].includes(name)) return name;
    throw new TypeError(
      `${show(name)} in ${option} is no cipher suite that can be used; there are: ` +
        [...SUITES.keys()].join(':'),
    );
  });
}

/**
 * What the TLS library has, by OpenSSL's names, in the order of preference. Those of TLS 1.3 have
 * the same name everywhere.
 */
const SUITES = new Map([
  ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384'],
  ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'],
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
  ['ECDHE-ECDSA-CHACHA20-POLY1305', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
  ['ECDHE-RSA-AES256-GCM-SHA384', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'],
  ['ECDHE-RSA-AES128-GCM-SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
  ['ECDHE-RSA-CHACHA20-POLY1305', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
]);

module.exports = { toCipherNames };
