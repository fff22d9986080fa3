import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;

x509.cryptoProvider.set(webcrypto);

/**
 * An authority made for this test run, and certificates of servers for what a test needs. Every
 * certificate is `{ cert, key }` in PEM, ready for `tls.createServer`.
 */
export class Authority {
  #certificate;
  #keys;
  #serial = 1;

  /**
   * @param {string} [name]
   * @param {object} [options]
   * @param {boolean} [options.expired]
   * @param {Authority} [options.issuer] itself by default
   * @param {string[]} [options.domains] that its certificates may be for
   */
  static async create(name = 'Test authority', { expired = false, issuer, domains } = {}) {
    const authority = new Authority();
    authority.#keys = await makeKeys();
    const signer = issuer ?? authority;
    authority.#certificate = await x509.X509CertificateGenerator.create({
      serialNumber: '01',
      subject: `CN=${name}`,
      issuer: issuer?.#certificate.subject ?? `CN=${name}`,
      ...validity(expired),
      publicKey: authority.#keys.publicKey,
      signingKey: signer.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign),
        await x509.SubjectKeyIdentifierExtension.create(authority.#keys.publicKey),
        ...(domains ? [nameConstraints(domains)] : []),
      ],
    });
    return authority;
  }

  /** The authority's own certificate in PEM. */
  get pem() {
    return this.#certificate.toString('pem');
  }

  /**
   * @param {object} [options]
   * @param {string[]} [options.hosts] DNS names; loopback is added when `localhost` is among them
   * @param {boolean} [options.expired]
   * @param {boolean} [options.client] for the client's side of mutual TLS
   * @param {boolean} [options.subjectOnly] names the first host in the subject and nowhere else
   */
  async issue({ hosts = ['localhost'], expired = false, client = false, subjectOnly } = {}) {
    const keys = await makeKeys();
    this.#serial += 1;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: this.#serial.toString(16).padStart(2, '0'),
      subject: `CN=${hosts[0]}`,
      issuer: this.#certificate.subject,
      ...validity(expired),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage[client ? 'clientAuth' : 'serverAuth'],
        ]),
        ...(subjectOnly ? [] : [new x509.SubjectAlternativeNameExtension(alternativeNames(hosts))]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
      ],
    });
    return { cert: certificate.toString('pem'), key: await toPem(keys.privateKey) };
  }

  /**
   * The authority's certificate as a file, for NODE_EXTRA_CA_CERTS. Removed when the test ends.
   *
   * @param {import('node:test').TestContext} t
   * @returns {Promise<string>}
   */
  async file(t) {
    const folder = await mkdtemp(join(tmpdir(), 'authority-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'authority.pem');
    await writeFile(file, this.pem);
    return file;
  }
}

/** A server certificate that nobody signed but itself. */
export async function selfSigned() {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=localhost',
    ...validity(),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.SubjectAlternativeNameExtension(alternativeNames(['localhost']))],
  });
  return { cert: certificate.toString('pem'), key: await toPem(keys.privateKey) };
}

function validity(expired = false) {
  const now = Date.now();
  return expired
    ? { notBefore: new Date(now - 3 * DAY_MS), notAfter: new Date(now - 2 * DAY_MS) }
    : { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + DAY_MS) };
}

function alternativeNames(hosts) {
  const names = hosts.map((value) => ({ type: 'dns', value }));
  return hosts.includes('localhost') ? [...names, { type: 'ip', value: '127.0.0.1' }] : names;
}

/** RFC 5280 section 4.2.1.10: the allowed domains, in DER. */
function nameConstraints(domains) {
  const wrap = (tag, parts) => {
    const contents = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, contents.length]), contents]);
  };
  const subtrees = domains.map((domain) => wrap(0x30, [wrap(0x82, [Buffer.from(domain)])]));
  return new x509.Extension('2.5.29.30', true, wrap(0x30, [wrap(0xa0, subtrees)]));
}

function makeKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function toPem(privateKey) {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return x509.PemConverter.encode(bytes, 'PRIVATE KEY');
}
