import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';

const authority = await Authority.create();
const one = await authority.issue();
const two = await authority.issue();
const pfx = await readFile(new URL('./fixtures/modern.pfx', import.meta.url));

/** @type {[string, any, RegExp][]} */
const refused = [
  ['a string in place of the object', 'x', /tls must be an object, not "x"/],
  ['a member that does not exist', { certificate: 1 }, /"certificate" is no member of tls.*: ca, /],
  ['tls.ca without a certificate', { ca: 'nonsense' }, /tls\.ca has no certificate/],
  ['tls.ca of a wrong type', { ca: 5 }, /tls\.ca must be a string or a Buffer, not 5/],
  [
    'tls.ca with a broken certificate',
    { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
    /tls\.ca cannot be read/,
  ],
  ['tls.cert without a certificate', { cert: [], key: one.key }, /tls\.cert has no certificate/],
  ['tls.cert without tls.key', { cert: one.cert }, /tls\.cert needs tls\.key/],
  ['tls.key without tls.cert', { key: one.key }, /tls\.key needs tls\.cert/],
  ['a key of another certificate', { cert: one.cert, key: two.key }, /not the key of tls\.cert/],
  ['a broken key', { cert: one.cert, key: 'nonsense' }, /tls\.key cannot be read/],
  ['tls.passphrase of a wrong type', { passphrase: 5 }, /tls\.passphrase must be a string, not 5/],
  [
    'a wrong passphrase',
    { pfx, passphrase: 'wrong' },
    /tls\.pfx cannot be read: mac verify failure/,
  ],
  ['tls.pfx beside tls.cert', { pfx, cert: one.cert }, /tls\.pfx takes the place of tls\.cert/],
  ['tls.checkServerIdentity true', { checkServerIdentity: true }, /must be a function, not true/],
  ['tls.rejectUnauthorized 0', { rejectUnauthorized: 0 }, /rejectUnauthorized must be a boolean/],
  ['tls.servername 5', { servername: 5 }, /tls\.servername must be a string, not 5/],
  ['tls.session of a Buffer', { session: Buffer.alloc(1) }, /tls\.session must be a boolean/],
  ['tls.minVersion TLSv1', { minVersion: 'TLSv1' }, /"TLSv1.2" or "TLSv1.3", not "TLSv1"/],
  ['tls.maxVersion 1.3', { maxVersion: 1.3 }, /tls\.maxVersion must be .*, not 1\.3/],
  [
    'versions that contradict each other',
    { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
    /tls\.minVersion is above tls\.maxVersion/,
  ],
  ['a cipher that there is not', { ciphers: 'HIGH:!aNULL' }, /"HIGH" in tls\.ciphers .*ECDHE-RSA-/],
  [
    'ciphers of a version that may not be used',
    { minVersion: 'TLSv1.3', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    /tls\.ciphers has no suite for the TLS versions/,
  ],
  ['an empty list of pins', { pins: [] }, /tls\.pins must have one pin or more/],
  ['a passphrase of nothing', { passphrase: 'x' }, /tls\.passphrase needs tls\.key or tls\.pfx/],
  ['a pin of another hash', { pins: 'sha1/abc' }, /tls\.pins must be "sha256\/"/],
  ['a pin that is too short', { pins: ['sha256/AAAA'] }, /tls\.pins must be .*not "sha256\/AAAA"/],
];

for (const [title, tls, message] of refused) {
  test(`tls refuses ${title} with a TypeError that says so`, () => {
    assert.throws(() => offline('wss://h/', { tls }), { name: 'TypeError', message });
  });
}
