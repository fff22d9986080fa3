import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readDeclarations } from './helpers/declarations.mjs';
import { offline } from './helpers/offline.mjs';
import { rejection } from './helpers/outcome.mjs';
import { openPair } from './helpers/pair.mjs';
import { startServer } from './helpers/server.mjs';
import { test } from './helpers/test.mjs';

const face = createRequire(import.meta.url)('../index.js');
const { classes, interfaces, values } = readDeclarations();

/** Node's protocol of `process.ref()`: no members for people. */
const REFABLE = new Set([Symbol.for('nodejs.ref'), Symbol.for('nodejs.unref')]);

/** A key as the declarations write it. */
const nameOf = (key) => {
  // Older lines of Node describe this symbol otherwise.
  if (key === Symbol.asyncDispose) return '[Symbol.asyncDispose]';
  return typeof key === 'symbol' ? `[${key.description}]` : key;
};

test('the declarations name exactly what the package exports', () => {
  assert.deepEqual(values.sort(), Object.keys(face).sort());
  assert.ok(classes.length >= 2);
});

for (const { name, members, required, parent } of classes) {
  const running = face[name];
  const prototype = running?.prototype;
  const always = members.filter(({ optional }) => !optional);

  test(`${name} has exactly the declared members on its prototype`, () => {
    const names = Reflect.ownKeys(prototype)
      .filter((key) => key !== 'constructor' && key !== Symbol.toStringTag && !REFABLE.has(key))
      .map(nameOf);
    assert.deepEqual(names.sort(), always.map((member) => member.name).sort());
  });

  for (const member of always) {
    test(`${name}.${member.name} is the declared ${member.kind}`, () => {
      const key = Reflect.ownKeys(prototype).find((own) => nameOf(own) === member.name);
      const { get, value } = Object.getOwnPropertyDescriptor(prototype, key);
      if (member.kind === 'method') assert.equal(value.length, member.required);
      else assert.equal(typeof get, 'function');
    });
  }

  test(`the constructor of ${name} needs ${required} argument(s) and extends what is declared`, () => {
    assert.equal(running.length, required);
    const expected = parent ? globalThis[parent] : Function.prototype;
    assert.equal(Object.getPrototypeOf(running), expected);
  });

  test(`${name} has no static member`, () => {
    const names = Object.getOwnPropertyNames(running).sort();
    assert.deepEqual(names, ['length', 'name', 'prototype']);
  });
}

for (const { name } of interfaces.WebSocketStreamOptions) {
  test(`the declared option ${name} exists`, () => {
    assert.equal(offline('ws://h/', { [name]: undefined }).url, 'ws://h/');
  });
}

const namesOf = (name) => interfaces[name].map((member) => member.name).sort();

test('what opened fulfils with has exactly the declared members', async (t) => {
  const { info } = await openPair(t);
  assert.deepEqual(Object.keys(info).sort(), namesOf('WebSocketOpenInfo'));
  assert.deepEqual(Object.keys(info.response).sort(), namesOf('WebSocketResponse'));
});

test('what closed fulfils with has exactly the declared members', async (t) => {
  const { wss, peer } = await openPair(t);
  wss.close();
  await peer.answerClose();
  assert.deepEqual(Object.keys(await wss.closed).sort(), namesOf('WebSocketCloseInfo'));
});

test('the response of a refused handshake has exactly the declared members', async (t) => {
  const server = await startServer(t, { answer: { status: 404 } });
  const { response } = await rejection(new face.WebSocketStream(server.url).opened);
  const names = [...namesOf('WebSocketResponse'), ...namesOf('WebSocketRefusal')];
  assert.deepEqual(Object.keys(response).sort(), names.sort());
});
