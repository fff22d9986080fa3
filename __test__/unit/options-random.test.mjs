import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { WebSocketStream } from '../../index.js';
import { assertWebSocketError, rejection } from '../helpers/outcome.mjs';
import { test } from '../helpers/test.mjs';
import { selfSigned } from '../helpers/tls.mjs';

const { toOptions } = createRequire(import.meta.url)('../../lib/options.js');

const { cert, key } = await selfSigned();

/** Members of the options that are dictionaries, and of theirs. */
const TLS = {
  ca: null,
  cert: null,
  checkServerIdentity: null,
  ciphers: null,
  key: null,
  maxVersion: null,
  minVersion: null,
  passphrase: null,
  pfx: null,
  pins: null,
  rejectUnauthorized: null,
  servername: null,
  session: null,
};
const MEMBERS = {
  closeTimeout: null,
  family: null,
  handshakeTimeout: null,
  headers: null,
  heartbeat: { interval: null, timeout: null },
  http2: null,
  keepAlive: null,
  localAddress: null,
  lookup: null,
  maxFragments: null,
  maxMessageSize: null,
  maxRedirects: null,
  noDelay: null,
  perMessageDeflate: {
    clientMaxWindowBits: null,
    clientNoContextTakeover: null,
    level: null,
    serverMaxWindowBits: null,
    serverNoContextTakeover: null,
    threshold: null,
  },
  protocols: null,
  proxy: { headers: null, tls: TLS, url: null },
  receiveBuffer: null,
  sendBuffer: null,
  sharedBuffers: null,
  signal: null,
  tls: TLS,
};

/** Nothing here leads out of this machine. */
const VALUES = [
  ...[undefined, null, true, false, 1n, Symbol('s'), () => {}, class {}],
  ...[
    0,
    -0,
    1,
    4,
    6,
    7,
    8,
    9,
    15,
    16,
    100,
    0.5,
    -1,
    1023,
    1024,
    2 ** 31 - 1,
    2 ** 31,
    NaN,
    Infinity,
  ],
  ...[
    '',
    ' ',
    'auto',
    'chat',
    'a b',
    'a\r\nb',
    'ä',
    '\ud800',
    '\0',
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
  ],
  ...[
    'http://127.0.0.1:1',
    'http://user:p%20w@127.0.0.1:1',
    'https://[::1]:1/',
    'http://%zz@127.0.0.1:1/',
  ],
  ...[
    'socks5://127.0.0.1:1',
    'socks5h://a:%ff@127.0.0.1:1',
    'socks5://',
    'ftp://127.0.0.1',
    'http:',
  ],
  ...[
    'TLSv1.2',
    'TLSv1.3',
    'TLSv1.1',
    'TLS_AES_128_GCM_SHA256',
    'nonsense',
    `sha256/${'A'.repeat(43)}=`,
  ],
  ...[
    cert,
    key,
    `${cert}${cert}`,
    cert.slice(40),
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
  ],
  ...[
    [],
    [[]],
    [null],
    [undefined],
    ['chat'],
    ['chat', 'chat'],
    [Symbol('s')],
    [cert],
    [cert, 5],
    [1, 2],
  ],
  ...[
    [['X-A', 'b']],
    [['X-A']],
    [['X A', 'b']],
    [['X-A', 5]],
    [[Symbol('s'), 'b']],
    [['Upgrade', 'b']],
  ],
  ...[{}, { 'X-A': 'b' }, { 'X-A': 'b\n' }, { nonsense: 1 }, { length: 3 }, Object.create(null)],
  ...[
    new Map([['X-A', 'b']]),
    new Set(['chat']),
    new Headers({ 'X-A': 'b' }),
    new Date(),
    /x/,
    new Error('x'),
  ],
  ...[new URL('http://127.0.0.1:1'), new URL('ftp://127.0.0.1'), new URL('file:///x')],
  ...[
    Buffer.from('garbage'),
    Buffer.from(cert),
    new Uint8Array(0),
    new ArrayBuffer(8),
    new DataView(new ArrayBuffer(3)),
  ],
  ...[AbortSignal.timeout(60_000), new AbortController(), Promise.resolve(), new WeakMap()],
];

/** A small generator, so that a run can be repeated by its seed (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function pick(random, list) {
  return list[random(list.length)];
}

function valueFor(random, members) {
  if (!members || random(4) === 0) return pick(random, VALUES);
  const dictionary = {};
  const names = Object.keys(members);
  for (let count = random(4); count > 0; count--) {
    const name = pick(random, names);
    dictionary[name] = valueFor(random, members[name]);
  }
  return dictionary;
}

/** The options, or the TypeError; anything else that is thrown fails the test. */
function convert(bag) {
  try {
    return toOptions(bag);
  } catch (error) {
    assert.equal(Object.getPrototypeOf(error), TypeError.prototype, inspect({ bag, error }));
    return error;
  }
}

function isNamed({ message }, name) {
  // Values of headers are named by their header.
  if (/headers|proxy/.test(name) && message.includes('header')) return true;
  // Web IDL asks a protocol for its string, whose own error comes through.
  if (name === 'protocols' && message.startsWith('Cannot convert')) return true;
  return message.includes(name);
}

for (const [index, name] of Object.keys(MEMBERS).entries()) {
  test(`whatever ${name} is, it is converted or refused with a TypeError that names it`, () => {
    const random = randomOf(index);
    let converted = 0;
    const bags = VALUES.map((value) => ({ [name]: value }));
    for (let i = 0; i < 1500; i++) bags.push({ [name]: valueFor(random, MEMBERS[name]) });
    for (const bag of bags) {
      const result = convert(bag);
      if (result instanceof TypeError) assert.ok(isNamed(result, name), inspect({ bag, result }));
      else converted += 1;
      if (!(result instanceof TypeError)) {
        assert.deepEqual(Object.keys(result).sort(), Object.keys(MEMBERS));
      }
    }
    assert.ok(converted > 0, 'something is converted');
  });
}

test('several options are converted exactly when each of them is', () => {
  const random = randomOf(1000);
  for (let i = 0; i < 3000; i++) {
    const bag = {};
    for (let count = random(5); count > 0; count--) {
      const name = pick(random, Object.keys(MEMBERS));
      bag[name] = valueFor(random, MEMBERS[name]);
    }
    const alone = Object.entries(bag).map(([name, value]) => convert({ [name]: value }));
    const refused = alone.some((result) => result instanceof TypeError);
    assert.equal(convert(bag) instanceof TypeError, refused, inspect(bag));
  }
});

test('what is converted reaches the native half, and ends as the connection does', async () => {
  const random = randomOf(2000);
  const seen = new Set();
  for (let tries = 0; tries < 20_000 && seen.size < 250; tries++) {
    const bag = {};
    for (let count = 1 + random(4); count > 0; count--) {
      const name = pick(random, Object.keys(MEMBERS));
      bag[name] = valueFor(random, MEMBERS[name]);
    }
    const shape = Object.keys(bag).sort().join() + (tries % 7);
    if (seen.has(shape) || convert(bag) instanceof TypeError) continue;
    let wss;
    try {
      wss = new WebSocketStream(`${tries % 2 ? 'wss' : 'ws'}://127.0.0.1:1/`, bag);
    } catch (error) {
      // The standard's own error for a list of protocols that is none.
      assert.ok(error.name === 'SyntaxError' && 'protocols' in bag, inspect({ bag, error }));
      continue;
    }
    seen.add(shape);
    const failures = await Promise.all([rejection(wss.opened), rejection(wss.closed)]);
    for (const error of failures) assertWebSocketError(error, { closeCode: 1006 });
  }
  assert.ok(seen.size >= 100, `${seen.size} kinds of options`);
});
