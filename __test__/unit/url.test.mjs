import assert from 'node:assert/strict';
import { WebSocketStream } from '../../index.js';
import { offline } from '../helpers/offline.mjs';
import { test } from '../helpers/test.mjs';

const accepted = [
  ['ws://h', 'ws://h/'],
  ['wss://h', 'wss://h/'],
  ['http://h/', 'ws://h/'],
  ['https://h/x?y', 'wss://h/x?y'],
  ['HTTPS://H.Example/A', 'wss://h.example/A'],
  ['  ws://h/\n', 'ws://h/'],
  ['ws:h/x', 'ws://h/x'],
  ['ws:\\\\h\\x', 'ws://h/x'],
  ['ws://h:80/', 'ws://h/'],
  ['wss://h:443/', 'wss://h/'],
  ['ws://h:443/', 'ws://h:443/'],
  ['wss://h:80/', 'wss://h:80/'],
  ['http://h:80/', 'ws://h/'],
  ['https://h:443/', 'wss://h/'],
  ['http://h:443/', 'ws://h:443/'],
  ['https://h:80/', 'wss://h:80/'],
  ['ws://127.1:8080/', 'ws://127.0.0.1:8080/'],
  ['ws://[::1]:9/', 'ws://[::1]:9/'],
  ['ws://m\u00fcnchen.example/', 'ws://xn--mnchen-3ya.example/'],
  ['ws://user:p%40ss@h/', 'ws://user:p%40ss@h/'],
  ['ws://h/a b', 'ws://h/a%20b'],
  ['ws://h/?q=\u00fc', 'ws://h/?q=%C3%BC'],
  ['ws://h/a/../b', 'ws://h/b'],
  ['ws://h/\uD800', 'ws://h/%EF%BF%BD'],
  ['ws://h?', 'ws://h/?'],
];

for (const [given, url] of accepted) {
  test(`the url ${JSON.stringify(given)} reads back as ${url}`, () => {
    assert.equal(offline(given).url, url);
  });
}

const refused = [
  '',
  'example.com/ws',
  '/relative',
  '//host/path',
  '?query',
  'no url',
  'ws://',
  'ws:',
  'ws://h:65536/',
  'ws://h:port/',
  'ws://a b/',
  'ws://[::1/',
  'ftp://h/',
  'file:///tmp/x',
  'mailto:a@b',
  'about:blank',
  'data:,x',
  'javascript:0',
  'blob:http://h/1',
  'wsx://h/',
  'localhost:8080/ws',
  'ws://h/#',
  'ws://h/#x',
  'https://h/a#b',
];

for (const given of refused) {
  test(`the url ${JSON.stringify(given)} is a SyntaxError`, () => {
    assert.throws(
      () => new WebSocketStream(given),
      (error) => {
        assert.ok(error instanceof DOMException);
        assert.equal(error.name, 'SyntaxError');
        assert.equal(error.code, DOMException.SYNTAX_ERR);
        assert.ok(error.message.includes(given), error.message);
        return true;
      },
    );
  });
}

test('the url may be a URL object', () => {
  assert.equal(offline(new URL('https://h/x')).url, 'wss://h/x');
});

test('the url may be any object that can be a string', () => {
  assert.equal(offline({ toString: () => 'ws://h/x' }).url, 'ws://h/x');
});

test('a url without a scheme is refused with a suggestion', () => {
  assert.throws(() => new WebSocketStream('example.com/ws'), {
    name: 'SyntaxError',
    message: /wss:\/\/example\.com\/ws/,
  });
});
