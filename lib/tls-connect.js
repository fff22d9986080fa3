'use strict';

// TLS of one connection: the options joined with what Node's environment and flags say.

/** @typedef {import('./tls-options.js').TlsOptions} TlsOptions */

/**
 * What the native half needs for TLS with `host`.
 *
 * @param {TlsOptions} options
 * @param {string} host name or address, without brackets
 * @returns {import('../binding.js').ConnectTls}
 */
function connectTls(options, host) {
  const { ca, cert, checkServerIdentity, ciphers, key, pins, servername, session } = options;
  return {
    askOwner: checkServerIdentity !== undefined,
    ca,
    cert,
    checkName: checkServerIdentity === undefined,
    ciphers,
    key,
    keyLog: keyLogFile(),
    pins,
    rejectUnauthorized: options.rejectUnauthorized ?? environmentRejects(),
    // An empty name switches SNI off; the certificate is still for somebody.
    servername: servername || host,
    session,
    sni: servername !== '',
    tls12: options.tls12,
    tls13: options.tls13,
  };
}

/**
 * Asks the caller's `checkServerIdentity`.
 *
 * @param {TlsOptions} options
 * @param {string} host
 * @param {Uint8Array} certificate DER
 * @returns {Error | undefined} why the certificate is not accepted
 */
function judgeCertificate({ checkServerIdentity, rejectUnauthorized }, host, certificate) {
  try {
    const { X509Certificate } = require('node:crypto');
    const shown = new X509Certificate(certificate).toLegacyObject();
    const verdict = checkServerIdentity?.(host, shown);
    if (verdict === undefined || !(rejectUnauthorized ?? environmentRejects())) return undefined;
    return verdict instanceof Error
      ? verdict
      : new Error(`checkServerIdentity returned ${verdict}`);
  } catch (error) {
    return error instanceof Error ? error : new Error(`checkServerIdentity threw ${error}`);
  }
}

/** Node reads the variable at every connection, and warns once. */
function environmentRejects() {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return true;
  if (!warnedAboutTrust) {
    warnedAboutTrust = true;
    process.emitWarning(
      "Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS connections " +
        'and HTTPS requests insecure by disabling certificate verification.',
    );
  }
  return false;
}

/**
 * The file of `--tls-keylog`, or else of SSLKEYLOGFILE.
 *
 * @returns {string | undefined}
 */
function keyLogFile() {
  flaggedFile ??= { path: findFlag() };
  const file = flaggedFile.path ?? process.env.SSLKEYLOGFILE;
  if (!file) return undefined;
  if (!warnedAboutKeyLog) {
    warnedAboutKeyLog = true;
    process.emitWarning(
      `Using --tls-keylog or SSLKEYLOGFILE makes TLS connections insecure by writing secret key ` +
        `material to file ${file}`,
    );
  }
  return file;
}

/**
 * Node does not tell its flags. Those of the command line outweigh those of NODE_OPTIONS, and of
 * several the last one counts.
 *
 * @returns {string | undefined}
 */
function findFlag() {
  const words = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv];
  let file;
  for (const [i, word] of words.entries()) {
    if (word.startsWith('--tls-keylog=')) file = word.slice('--tls-keylog='.length);
    else if (word === '--tls-keylog') file = words[i + 1];
  }
  return file?.replace(/^"(.*)"$/, '$1');
}

let warnedAboutKeyLog = false;
let warnedAboutTrust = false;

/** @type {{ path: string | undefined } | undefined} read once: flags do not change */
let flaggedFile;

module.exports = { connectTls, judgeCertificate };
