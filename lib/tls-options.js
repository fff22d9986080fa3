'use strict';

// The option `tls`, as Node's `tls.connect` takes it where both have the same member.

// Node's crypto and tls, and what needs them, are loaded when they are needed: they take longer to
// load than the rest of this package.

const { toCipherNames } = require('./ciphers.js');
const { Recent } = require('./recent.js');
const { show, toDictionary } = require('./webidl.js');

/**
 * TLS towards a server or a proxy, complete but for what depends on the environment.
 *
 * @typedef {object} TlsOptions
 * @property {Uint8Array[] | undefined} ca DER; `undefined` for what Node trusts
 * @property {Uint8Array[] | undefined} cert DER, this side's own certificate first
 * @property {((host: string, certificate: object) => Error | undefined) | undefined} checkServerIdentity
 * @property {string[] | undefined} ciphers names of IANA
 * @property {Uint8Array | undefined} key PKCS #8 in DER
 * @property {boolean} tls12 may be agreed on
 * @property {boolean} tls13 may be agreed on
 * @property {Uint8Array[]} pins SHA-256 of public keys
 * @property {boolean | undefined} rejectUnauthorized `undefined` for what the environment says
 * @property {string | undefined} servername `undefined` for the host of the URL
 * @property {boolean} session
 */

/**
 * @param {unknown} value
 * @param {string} [option] its name, for messages
 * @returns {TlsOptions}
 */
function toTlsOptions(value, option = 'tls') {
  const dictionary = toDictionary(value, option);
  for (const name of Object.keys(dictionary)) {
    if (!MEMBERS.includes(name)) {
      throw new TypeError(
        `${show(name)} is no member of ${option}; there are: ${MEMBERS.join(', ')}`,
      );
    }
  }
  /** @param {string} name @param {string} type */
  const typed = (name, type) => {
    const member = dictionary[name];
    if (member === undefined || typeof member === type) return /** @type {any} */ (member);
    throw new TypeError(`${option}.${name} must be a ${type}, not ${show(member)}`);
  };
  const { ca, pins } = dictionary;
  const ciphers = toCipherNames(typed('ciphers', 'string'), `${option}.ciphers`);
  const versions = toVersions(dictionary, option);
  // IANA's names of the suites of TLS 1.2 have the key exchange in front of "WITH".
  if (ciphers?.every((name) => !(name.includes('_WITH_') ? versions.tls12 : versions.tls13))) {
    throw new TypeError(`${option}.ciphers has no suite for the TLS versions that may be used`);
  }
  return {
    ca: ca === undefined ? undefined : readCertificates(ca, `${option}.ca`),
    checkServerIdentity: typed('checkServerIdentity', 'function'),
    ciphers,
    pins: toPins(pins, `${option}.pins`),
    rejectUnauthorized: typed('rejectUnauthorized', 'boolean'),
    servername: typed('servername', 'string'),
    session: typed('session', 'boolean') ?? true,
    ...readIdentity(dictionary, option),
    ...versions,
  };
}

/**
 * Certificate and key, from `cert` and `key` or from `pfx`.
 *
 * @param {Record<string, unknown>} dictionary
 * @param {string} option
 */
function readIdentity({ cert, key, passphrase, pfx }, option) {
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    throw new TypeError(`${option}.passphrase must be a string, not ${show(passphrase)}`);
  }
  if (pfx !== undefined) {
    if (cert !== undefined || key !== undefined) {
      throw new TypeError(`${option}.pfx takes the place of ${option}.cert and ${option}.key`);
    }
    const bytes = toBytes(pfx, `${option}.pfx`, 'base64');
    return identities.get(['pfx', JSON.stringify([passphrase]), bytes], () => {
      const { readPfx } = require('./pfx.js');
      const identity = attempt(`${option}.pfx`, () => readPfx(bytes, passphrase));
      return { cert: identity.certificates, key: toPkcs8(identity.key) };
    });
  }
  if (cert === undefined && key === undefined) {
    if (passphrase === undefined) return { cert: undefined, key: undefined };
    throw new TypeError(`${option}.passphrase needs ${option}.key or ${option}.pfx as well`);
  }
  if (cert === undefined || key === undefined) {
    const [given, missing] = cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    throw new TypeError(`${option}.${given} needs ${option}.${missing} as well`);
  }
  const certificates = readCertificates(cert, `${option}.cert`);
  if (certificates.length === 0) throw new TypeError(`${option}.cert has no certificate in PEM`);
  const pem = toBytes(key, `${option}.key`, 'utf8');
  return identities.get(['key', JSON.stringify([passphrase]), pem, ...certificates], () => {
    const { createPrivateKey, X509Certificate } = require('node:crypto');
    const privateKey = attempt(`${option}.key`, () => createPrivateKey({ key: pem, passphrase }));
    if (!new X509Certificate(certificates[0]).checkPrivateKey(privateKey)) {
      throw new TypeError(`${option}.key is not the key of ${option}.cert`);
    }
    return { cert: certificates, key: toPkcs8(privateKey) };
  });
}

/**
 * @param {unknown} value PEM, or a list of it
 * @param {string} option
 * @returns {Uint8Array[]} DER
 */
function readCertificates(value, option) {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item) => {
    const bytes = toBytes(item, option, 'utf8');
    return bundles.get([bytes], () => {
      const blocks = bytes.toString('latin1').match(CERTIFICATE);
      if (!blocks) throw new TypeError(`${option} has no certificate in PEM`);
      const { X509Certificate } = require('node:crypto');
      return blocks.map((pem) => attempt(option, () => new X509Certificate(pem).raw));
    });
  });
}

/**
 * @param {unknown} value
 * @param {string} option
 * @param {BufferEncoding} encoding of a string
 * @returns {Buffer}
 */
function toBytes(value, option, encoding) {
  if (typeof value === 'string') return Buffer.from(value, encoding);
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError(`${option} must be a string or a Buffer, not ${show(value)}`);
}

/** @param {import('node:crypto').KeyObject} key */
function toPkcs8(key) {
  return key.export({ format: 'der', type: 'pkcs8' });
}

/**
 * @param {unknown} value
 * @param {string} option
 * @returns {Buffer[]}
 */
function toPins(value, option) {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  // An empty list would accept every key.
  if (list.length === 0) throw new TypeError(`${option} must have one pin or more`);
  return list.map((pin) => {
    const base64 = typeof pin === 'string' ? PIN.exec(pin)?.[1] : undefined;
    if (base64) return Buffer.from(base64, 'base64');
    throw new TypeError(
      `${option} must be "sha256/" and the base64 of 32 bytes, or a list of such, not ${show(pin)}`,
    );
  });
}

/**
 * @param {Record<string, unknown>} dictionary
 * @param {string} option
 */
function toVersions({ minVersion, maxVersion }, option) {
  for (const [name, value] of Object.entries({ minVersion, maxVersion })) {
    if (value !== undefined && value !== 'TLSv1.2' && value !== 'TLSv1.3') {
      throw new TypeError(`${option}.${name} must be "TLSv1.2" or "TLSv1.3", not ${show(value)}`);
    }
  }
  // Node's defaults follow its flags, such as --tls-min-v1.3. Older versions are never spoken.
  const tls = require('node:tls');
  const tls12 = (minVersion ?? tls.DEFAULT_MIN_VERSION) !== 'TLSv1.3';
  const tls13 = (maxVersion ?? tls.DEFAULT_MAX_VERSION) === 'TLSv1.3';
  if (tls12 || tls13) return { tls12, tls13 };
  // One of the two is a default, which gives way; two that contradict are a mistake.
  if (minVersion !== undefined && maxVersion !== undefined) {
    throw new TypeError(`${option}.minVersion is above ${option}.maxVersion`);
  }
  return { tls12: maxVersion !== undefined, tls13: maxVersion === undefined };
}

/**
 * @template T
 * @param {string} option
 * @param {() => T} read
 * @returns {T}
 */
function attempt(option, read) {
  try {
    return read();
  } catch (cause) {
    throw new TypeError(`${option} cannot be read: ${cause.message}`, { cause });
  }
}

/**
 * Certificates by the PEM that they came in. Reading them takes longer than the rest of a connection.
 *
 * @type {Recent<Uint8Array[]>}
 */
const bundles = new Recent(32);

/** @type {Recent<{ cert: Uint8Array[], key: Uint8Array }>} certificates of this side with their keys */
const identities = new Recent(32);

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** As curl and HPKP write it: 32 bytes are 43 characters and one of padding. */
const PIN = /^sha256\/{1,2}([A-Za-z0-9+/]{43}=)$/;

const MEMBERS = [
  'ca',
  'cert',
  'checkServerIdentity',
  'ciphers',
  'key',
  'maxVersion',
  'minVersion',
  'passphrase',
  'pfx',
  'pins',
  'rejectUnauthorized',
  'servername',
  'session',
];

module.exports = { toTlsOptions };
