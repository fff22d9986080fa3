'use strict';

// PKCS #12 (RFC 7292): a certificate with its key in one encrypted file. Node reads such a file but
// does not give the key away, so the parts are taken out here; all cryptography is Node's.

const {
  createDecipheriv,
  createHash,
  createPrivateKey,
  pbkdf2Sync,
  X509Certificate,
} = require('node:crypto');
const { createSecureContext } = require('node:tls');

const { decode } = require('./der.js');

/** @typedef {import('./der.js').Element} Element */

/**
 * @param {Buffer} file DER
 * @param {string} [passphrase]
 * @returns {{ certificates: Buffer[], key: import('node:crypto').KeyObject }} the certificate of the
 *   key first, then the others in their order
 */
function readPfx(file, passphrase = '') {
  // Node checks the file's own integrity, and says what is wrong in its own words.
  createSecureContext({ pfx: file, passphrase });
  const [, content] = decode(file).children();
  const safes = decode(contentOf(content).children()[0].bytes);
  /** @type {Buffer[]} */
  const certificates = [];
  /** @type {import('node:crypto').KeyObject | undefined} */
  let key;
  for (const safe of safes.children()) {
    for (const bag of decode(safeContents(safe, passphrase)).children()) {
      const [id, wrapped] = bag.children();
      const [value] = wrapped.children();
      const type = id.oid();
      if (type === CERT_BAG) certificates.push(value.children()[1].children()[0].bytes);
      else if (type === KEY_BAG || type === SHROUDED_KEY_BAG) {
        key ??= createPrivateKey({ key: value.der, format: 'der', type: 'pkcs8', passphrase });
      }
    }
  }
  if (!key) throw new Error('it has no private key');
  const own = key;
  const mine = certificates.find((der) => new X509Certificate(der).checkPrivateKey(own));
  if (!mine) throw new Error('it has no certificate for its private key');
  return { certificates: [mine, ...certificates.filter((der) => der !== mine)], key };
}

/** @param {Element} info a ContentInfo */
function contentOf(info) {
  return info.children()[1];
}

/**
 * @param {Element} safe plain or encrypted
 * @param {string} passphrase
 * @returns {Buffer} DER of a SafeContents
 */
function safeContents(safe, passphrase) {
  const [type] = safe.children();
  const [content] = contentOf(safe).children();
  if (type.oid() === DATA) return content.bytes;
  if (type.oid() !== ENCRYPTED_DATA) throw new Error('it is encrypted for a public key');
  const [, algorithm, encrypted] = content.children()[1].children();
  return decrypt(algorithm, encrypted.bytes, passphrase);
}

/**
 * @param {Element} algorithm
 * @param {Buffer} data
 * @param {string} passphrase
 */
function decrypt(algorithm, data, passphrase) {
  const [scheme, parameters] = algorithm.children();
  const { cipher, key, iv } =
    scheme.oid() === PBES2
      ? pbes2(parameters, passphrase)
      : pbeWithTripleDes(scheme, parameters, passphrase);
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

/**
 * RFC 8018 section 6.2.
 *
 * @param {Element} parameters
 * @param {string} passphrase
 */
function pbes2(parameters, passphrase) {
  const [derivation, encryption] = parameters.children();
  const [salt, iterations, ...rest] = derivation.children()[1].children();
  const digest =
    rest
      .find((element) => element.isSequence())
      ?.children()[0]
      .oid() ?? HMAC_SHA1;
  const [cipherId, iv] = encryption.children();
  const cipher = CIPHERS.get(cipherId.oid());
  const hash = DIGESTS.get(digest);
  if (!cipher || !hash) throw new Error(`its encryption (${cipherId.oid()}) is not supported`);
  const [name, size] = cipher;
  const key = pbkdf2Sync(passphrase, salt.bytes, iterations.integer(), size, hash);
  return { cipher: name, key, iv: iv.bytes };
}

/**
 * The scheme of older programs, with the key derivation of RFC 7292 appendix B.
 *
 * @param {Element} scheme
 * @param {Element} parameters
 * @param {string} passphrase
 */
function pbeWithTripleDes(scheme, parameters, passphrase) {
  if (scheme.oid() !== PBE_SHA1_3DES) {
    throw new Error(`its encryption (${scheme.oid()}) is not supported`);
  }
  const [salt, iterations] = parameters.children();
  /** @param {number} purpose @param {number} size */
  const derive = (purpose, size) =>
    pkcs12Derive(passphrase, salt.bytes, iterations.integer(), purpose, size);
  return { cipher: 'des-ede3-cbc', key: derive(1, 24), iv: derive(2, 8) };
}

/**
 * @param {string} passphrase
 * @param {Buffer} salt
 * @param {number} iterations
 * @param {number} purpose 1 for a key, 2 for an initialisation vector
 * @param {number} size bytes wanted
 */
function pkcs12Derive(passphrase, salt, iterations, purpose, size) {
  const BLOCK = 64;
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  const input = Buffer.concat([salt, password].map((part) => repeatToBlocks(part, BLOCK)));
  const output = [];
  for (let have = 0; have < size; have += 20) {
    let hash = createHash('sha1').update(Buffer.alloc(BLOCK, purpose)).update(input).digest();
    for (let i = 1; i < iterations; i++) hash = createHash('sha1').update(hash).digest();
    output.push(hash);
    // Every block of the input grows by the repeated hash and one.
    const step = repeatToBlocks(hash, BLOCK).subarray(0, BLOCK);
    for (let start = 0; start < input.length; start += BLOCK) {
      for (let i = BLOCK - 1, carry = 1; i >= 0; i--) {
        carry += input[start + i] + step[i];
        input[start + i] = carry & 0xff;
        carry >>= 8;
      }
    }
  }
  return Buffer.concat(output).subarray(0, size);
}

/** @param {Buffer} part @param {number} block */
function repeatToBlocks(part, block) {
  return Buffer.alloc(Math.ceil(part.length / block) * block, part);
}

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERT_BAG = '1.2.840.113549.1.12.10.1.3';
const PBES2 = '1.2.840.113549.1.5.13';
const PBE_SHA1_3DES = '1.2.840.113549.1.12.1.3';
const HMAC_SHA1 = '1.2.840.113549.2.7';

/** Name for OpenSSL, and size of the key in bytes. @type {Map<string, [string, number]>} */
const CIPHERS = new Map([
  ['1.2.840.113549.3.7', ['des-ede3-cbc', 24]],
  ['2.16.840.1.101.3.4.1.2', ['aes-128-cbc', 16]],
  ['2.16.840.1.101.3.4.1.22', ['aes-192-cbc', 24]],
  ['2.16.840.1.101.3.4.1.42', ['aes-256-cbc', 32]],
]);

const DIGESTS = new Map([
  [HMAC_SHA1, 'sha1'],
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

module.exports = { readPfx };
