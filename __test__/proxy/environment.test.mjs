import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { runFixture } from '../helpers/child.mjs';
import { offline } from '../helpers/offline.mjs';
import { startConnectProxy } from '../helpers/proxies.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { test } from '../helpers/test.mjs';

const require = createRequire(import.meta.url);
const { proxyFromEnvironment } = require('../../lib/proxy-environment.js');
const fixture = new URL('../tls/fixtures/outcome.mjs', import.meta.url);

async function run(t, env, options = {}, execArgv = []) {
  const server = await startWsServer(t);
  const proxy = await startConnectProxy(t);
  const filled = Object.entries(env).map(([name, value]) => [
    name,
    value.replace('PROXY', proxy.url),
  ]);
  const args = [server.url, JSON.stringify(options)];
  const { stdout } = await runFixture(fixture, { args, execArgv, env: Object.fromEntries(filled) });
  assert.equal(stdout, 'open\n');
  return proxy.requests.length;
}

test('HTTP_PROXY alone does nothing', async (t) => {
  assert.equal(await run(t, { HTTP_PROXY: 'PROXY', NODE_USE_ENV_PROXY: '' }), 0);
});

for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) {
  test(`with NODE_USE_ENV_PROXY=1 ${name} is the proxy of ws: URLs`, async (t) => {
    assert.equal(await run(t, { [name]: 'PROXY', NODE_USE_ENV_PROXY: '1' }), 1);
  });
}

test('where Node has --use-env-proxy, also in NODE_OPTIONS, it does what the variable does', async (t) => {
  const env = { HTTP_PROXY: 'PROXY', NODE_USE_ENV_PROXY: '' };
  const flags = ['--use-env-proxy'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag));
  const NODE_OPTIONS = ['--no-warnings', ...flags].join(' ');
  assert.equal(await run(t, { ...env, NODE_OPTIONS }), flags.length);
  assert.equal(await run(t, env, {}, flags), flags.length);
});

test('an empty variable in lower case does not hide the one in upper case, as in Node', async (t) => {
  const env = { HTTP_PROXY: 'PROXY', http_proxy: '', NODE_USE_ENV_PROXY: '1' };
  assert.equal(await run(t, env), 1);
  assert.equal(await run(t, { ...env, NO_PROXY: '127.0.0.1', no_proxy: '' }), 0);
});

test('NO_PROXY and HTTPS_PROXY do not send a ws: URL through a proxy', async (t) => {
  assert.equal(await run(t, { HTTPS_PROXY: 'PROXY', NODE_USE_ENV_PROXY: '1' }), 0);
  const env = { HTTP_PROXY: 'PROXY', NODE_USE_ENV_PROXY: '1', NO_PROXY: 'a.test,127.0.0.1' };
  assert.equal(await run(t, env), 0);
});

test('proxy: false switches the environment off', async (t) => {
  const env = { HTTP_PROXY: 'PROXY', NODE_USE_ENV_PROXY: '1' };
  assert.equal(await run(t, env, { proxy: false }), 0);
});

/** @type {[string, string, number, boolean][]} */
const rows = [
  ['*', 'a.test', 80, true],
  ['a.test', 'a.test', 80, true],
  ['A.TEST', 'a.test', 80, true],
  ['a.test', 'b.a.test', 80, false],
  ['.a.test', 'b.a.test', 80, true],
  ['*.a.test', 'b.a.test', 80, true],
  ['.a.test', 'a.test', 80, true],
  ['*.a.test', 'a.test', 80, false],
  ['.a.test', 'ba.test', 80, false],
  ['*.a.test', 'ba.test', 80, false],
  ['a.test:8080', 'a.test', 8080, true],
  ['a.test:8080', 'a.test', 80, false],
  ['x.test, a.test', 'a.test', 80, true],
  ['10.0.0.1', '10.0.0.1', 80, true],
  ['10.0.0.1-10.0.0.9', '10.0.0.5', 80, true],
  ['10.0.0.1-10.0.0.9', '10.0.0.10', 80, false],
  ['10.0.0.0/8', '10.9.9.9', 80, true],
  ['::1', '::1', 80, true],
  ['[::1]:80', '::1', 80, true],
  ['', 'a.test', 80, false],
];
for (const [list, host, port, exempt] of rows) {
  test(`NO_PROXY ${JSON.stringify(list)} ${exempt ? 'exempts' : 'keeps'} ${host}:${port}`, (t) => {
    const saved = { ...process.env };
    t.after(() => {
      process.env = saved;
    });
    process.env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://p.test', NO_PROXY: list };
    assert.equal(proxyFromEnvironment(host, port, false) === false, exempt);
  });
}

/** @type {[any, RegExp][]} */
const refused = [
  [5, /proxy must be a URL, an object with url, or false, not 5/],
  [true, /proxy must be a URL, an object with url, or false, not true/],
  [null, /proxy must be a URL, an object with url, or false, not null/],
  ['p.test:8080', /proxy must be a URL with http:/],
  ['p.test', /proxy must be an absolute URL/],
  ['ftp://p.test', /not "ftp:"/],
  ['http://us%er:p@p.test', /proxy has a user name or password with a %/],
  [{ url: 'http://u:p%zz@p.test' }, /proxy\.url has a user name or password with a %/],
  [{ url: 5 }, /proxy\.url must be a string or a URL, not 5/],
  [{ url: 'http://p', agent: 1 }, /"agent" is no member of proxy/],
  [{ url: 'http://p', headers: { 'a b': 'c' } }, /"a b" is no header name/],
  [{ url: 'https://p', tls: { ca: 1 } }, /proxy\.tls\.ca must be/],
  [{ url: 'http://p', tls: {} }, /proxy\.tls is for https: proxies, and not for "http:"/],
  [{ url: 'socks5://p', tls: {} }, /proxy\.tls is for https: proxies, and not for "socks5:"/],
  [{ url: 'socks5h://p', headers: {} }, /proxy\.headers is for http: and https: proxies/],
];
for (const [proxy, message] of refused) {
  test(`proxy refuses ${JSON.stringify(proxy)} with a TypeError that says so`, () => {
    assert.throws(() => offline('ws://h/', { proxy }), { name: 'TypeError', message });
  });
}
