// Which certificates are accepted, and the codes of those that are not, next to what `tls.connect`
// says of the same server.

import assert from 'node:assert/strict';
import { connect } from 'node:tls';
import { WebSocketStream } from '../../index.js';
import { startServer } from '../helpers/server.mjs';
import { test } from '../helpers/test.mjs';
import { Authority, selfSigned } from '../helpers/tls.mjs';

const authority = await Authority.create();
const stranger = await Authority.create('Stranger');
const between = await Authority.create('Between', { issuer: authority });
const belowBetween = await Authority.create('Below', { issuer: between });
const outdated = await Authority.create('Outdated', { expired: true });
const outdatedBetween = await Authority.create('Outdated between', {
  issuer: authority,
  expired: true,
});
const limited = await Authority.create('Limited', { issuer: authority, domains: ['other.test'] });

/** The certificate with more behind it. */
function behind({ cert, key }, ...authorities) {
  return { cert: [cert, ...authorities.map(({ pem }) => pem)].join('\n'), key };
}

const self = await selfSigned();
const subjectOnly = { subjectOnly: true };

/** @type {[string, { cert: string, key: string }, string, string?][]} */
const cases = [
  ['of a trusted authority', await authority.issue(), authority.pem, undefined],
  ['of an authority below a trusted one', behind(await between.issue(), between), authority.pem],
  [
    'of an unknown authority',
    await authority.issue(),
    stranger.pem,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  [
    'whose issuer is missing',
    await between.issue(),
    authority.pem,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  [
    'of a chain that ends below an unknown authority',
    behind(await between.issue(), between),
    stranger.pem,
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
  [
    'of a longer chain, in any order, that ends below an unknown authority',
    behind(await belowBetween.issue(), between, belowBetween),
    stranger.pem,
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ],
  [
    'with a stranger behind it',
    behind(await authority.issue(), between),
    stranger.pem,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  [
    'with an unknown authority behind it',
    behind(await between.issue(), between, authority),
    stranger.pem,
    'SELF_SIGNED_CERT_IN_CHAIN',
  ],
  ['that signed itself', self, authority.pem, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['that signed itself and is trusted', self, self.cert],
  ['that has expired', await authority.issue({ expired: true }), authority.pem, 'CERT_HAS_EXPIRED'],
  [
    'of a trusted authority that has expired',
    await outdated.issue(),
    outdated.pem,
    'CERT_HAS_EXPIRED',
  ],
  [
    'of an authority in between that has expired',
    behind(await outdatedBetween.issue(), outdatedBetween),
    authority.pem,
    'CERT_HAS_EXPIRED',
  ],
  [
    'of a trusted authority beside one that has expired',
    await authority.issue(),
    `${outdated.pem}\n${authority.pem}`,
  ],
  [
    'for another name',
    await authority.issue({ hosts: ['other.test'] }),
    authority.pem,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  [
    'for another name, and for this one in its subject',
    await authority.issue({ hosts: ['other.test', 'localhost'] }),
    authority.pem,
  ],
  ['for the name in its subject alone', await authority.issue(subjectOnly), authority.pem],
  [
    'for another name in its subject alone',
    await authority.issue({ ...subjectOnly, hosts: ['other.test'] }),
    authority.pem,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  ['for a client', await authority.issue({ client: true }), authority.pem, 'INVALID_PURPOSE'],
];

for (const [title, certificate, ca, code] of cases) {
  const outcome = code ? `is refused with the code of Node, ${code}` : 'is accepted, as by Node';
  test(`a certificate ${title} ${outcome}`, async (t) => {
    const server = await startServer(t, { tls: certificate });
    assert.equal(await nodeCode(server.port, ca), code, 'what Node itself says');
    assert.equal(await ourCode(t, server.url, ca), code);
    assert.equal(server.requests.length, code ? 0 : 1);
  });
}

test('the name in the subject does not pass by the limits of an authority', async (t) => {
  const certificate = behind(await limited.issue(subjectOnly), limited);
  const server = await startServer(t, { tls: certificate });
  assert.equal(await ourCode(t, server.url, authority.pem), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

async function ourCode(t, url, ca) {
  const wss = new WebSocketStream(url, { tls: { ca } });
  t.after(() => wss.terminate());
  return wss.opened.then(
    () => undefined,
    ({ cause }) => cause.code,
  );
}

/** @returns {Promise<string | undefined>} the code that `tls.connect` fails with */
function nodeCode(port, ca) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca }, () => {
      resolve(undefined);
      socket.destroy();
    });
    socket.on('error', ({ code }) => resolve(code));
  });
}
