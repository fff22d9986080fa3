import assert from 'node:assert/strict';
import crypto, { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';
import { Authority } from '../helpers/tls.mjs';

const authority = await Authority.create();
const pfx = await readFile(new URL('./fixtures/modern.pfx', import.meta.url));

/** How often keys are read while connections are made with these options. */
function countKeys(t, options) {
  const mock = t.mock.method(crypto, 'createPrivateKey');
  for (const tls of options) offline('wss://h/', { tls });
  mock.mock.restore();
  return mock.mock.callCount();
}

test('tls.cert and tls.key are read once for connections with equal ones', async (t) => {
  const { cert, key } = await authority.issue();
  const options = [
    { cert, key },
    { cert, key },
    { cert: Buffer.from(cert), key: Buffer.from(key) },
    { cert, key, session: false },
  ];
  assert.equal(countKeys(t, options), 1);
});

test('tls.pfx is read once for connections with equal ones', (t) => {
  const options = Array.from({ length: 5 }, () => ({
    pfx: Buffer.from(pfx),
    passphrase: 'secret',
  }));
  assert.equal(countKeys(t, options), 1);
});

test('tls.passphrase is checked although tls.pfx or tls.key were read before', async () => {
  offline('wss://h/', { tls: { pfx, passphrase: 'secret' } });
  assert.throws(() => offline('wss://h/', { tls: { pfx, passphrase: 'other' } }), /tls\.pfx/);
  assert.throws(() => offline('wss://h/', { tls: { pfx } }), /tls\.pfx/);

  const { cert, key } = await authority.issue();
  const encrypted = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  offline('wss://h/', { tls: { cert, key: encrypted, passphrase: 'secret' } });
  const wrong = { cert, key: encrypted, passphrase: 'other' };
  assert.throws(() => offline('wss://h/', { tls: wrong }), /tls\.key/);
});

test('a Buffer that was written to is read again', async () => {
  const [one, two] = [await authority.issue(), await authority.issue()];
  const ca = Buffer.from(authority.pem);
  const key = Buffer.from(one.key);
  offline('wss://h/', { tls: { ca, cert: one.cert, key } });
  Buffer.from(two.key).copy(key);
  assert.throws(() => offline('wss://h/', { tls: { cert: one.cert, key } }), /not the key of/);
  ca.fill(0);
  assert.throws(() => offline('wss://h/', { tls: { ca } }), /no certificate/);
});

test('a key of another certificate is refused although both were read before', async () => {
  const [one, two] = [await authority.issue(), await authority.issue()];
  offline('wss://h/', { tls: one });
  offline('wss://h/', { tls: two });
  const mixed = { cert: one.cert, key: two.key };
  assert.throws(() => offline('wss://h/', { tls: mixed }), /not the key of/);
});

test('of many keys only the last ones are remembered', async (t) => {
  const first = await authority.issue();
  const others = Array.from({ length: 40 }, (_, i) => ({
    cert: first.cert,
    key: `${first.key}\n# ${i}`,
  }));
  assert.equal(countKeys(t, [first, ...others]), 41);
  assert.equal(countKeys(t, [others.at(-1), others.at(-1)]), 0);
  assert.equal(countKeys(t, [first]), 1);
});
