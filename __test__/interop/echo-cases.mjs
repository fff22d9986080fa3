import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { WebSocketStream } from '../../index.js';
import { test } from '../helpers/test.mjs';

const MIB = 1024 * 1024;

/**
 * What every echo server must give back, whoever wrote it.
 *
 * @param {string} name
 * @param {(t: import('node:test').TestContext) => Promise<string>} start gives the url of an echo server
 * @param {import('../../index.js').WebSocketStreamOptions} [options]
 */
export function echoCases(name, start, options = {}) {
  const connect = (url) => connectWith(url, options);
  const messages = [
    ['text', 'gr\u00fc\u00dfe \u65e5\u672c \u{1F50C}'],
    ['empty text', ''],
    ['text with a byte order mark', '\uFEFFmarked'],
    ['100 KiB of text', '\u00fc'.repeat(50 * 1024)],
    ['binary', randomBytes(1000)],
    ['empty binary', Buffer.alloc(0)],
    ['5 MiB of binary', randomBytes(5 * MIB)],
  ];
  for (const [title, message] of messages) {
    test(`${name} echoes ${title}`, async (t) => {
      const { wss, reader, writer } = await connect(await start(t));
      const written = writer.write(message);
      const { value } = await reader.read();
      if (typeof message === 'string') assert.ok(value === message);
      else assert.ok(message.equals(value));
      await written;
      await endCleanly(wss);
    });
  }

  test(`${name} echoes 2000 messages in order`, async (t) => {
    const { wss, reader, writer } = await connect(await start(t));
    const writes = Array.from({ length: 2000 }, (_, i) => writer.write(`message ${i}`));
    for (let i = 0; i < 2000; i++) assert.equal((await reader.read()).value, `message ${i}`);
    await Promise.all(writes);
    await endCleanly(wss);
  });

  for (const info of [
    { closeCode: 1000, reason: '' },
    { closeCode: 4999, reason: 'gr\u00fc\u00dfe' },
  ]) {
    test(`${name} answers a close with ${info.closeCode}`, async (t) => {
      const { wss } = await connect(await start(t));
      wss.close(info);
      assert.deepEqual(await wss.closed, info);
    });
  }

  test(`${name} answers a close without a code`, async (t) => {
    const { wss, writer } = await connect(await start(t));
    await writer.close();
    assert.deepEqual(await wss.closed, { closeCode: 1005, reason: '' });
  });
}

async function connectWith(url, options) {
  const wss = new WebSocketStream(url, options);
  const { readable, writable } = await wss.opened;
  return { wss, reader: readable.getReader(), writer: writable.getWriter() };
}

async function endCleanly(wss) {
  wss.close({ closeCode: 1000 });
  assert.deepEqual(await wss.closed, { closeCode: 1000, reason: '' });
}
