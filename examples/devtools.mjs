// Drives a headless Chromium through the Chrome DevTools Protocol: opens a page, waits for it, asks
// for its title and takes a screenshot. Chromium has to be installed; CHROMIUM names its binary.
//   node examples/devtools.mjs

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { WebSocketStream } from 'websocketstream';

const PAGE = 'data:text/html,<title>A page</title><h1>Hello</h1>';

const profile = await mkdtemp(path.join(tmpdir(), 'chromium-'));
const browser = spawn(
  process.env.CHROMIUM ?? 'chromium',
  [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    'about:blank',
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
const exited = once(browser, 'exit');
try {
  const session = await attach(await debuggerUrl());
  await session.command('Page.enable');
  const loaded = session.event('Page.loadEventFired');
  await session.command('Page.navigate', { url: PAGE });
  await loaded;
  const { result } = await session.command('Runtime.evaluate', { expression: 'document.title' });
  console.log('title:', result.value);
  const { data } = await session.command('Page.captureScreenshot');
  console.log('screenshot:', Buffer.from(data, 'base64').toString('latin1', 1, 4));
  console.log('closed with', (await session.close()).closeCode);
} finally {
  browser.kill();
  await exited;
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

/** Chromium prints where it listens. */
async function debuggerUrl() {
  for await (const line of createInterface({ input: browser.stderr })) {
    const url = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (!url) continue;
    // Nobody may stop reading, or the browser would wait for the pipe.
    browser.stderr.resume();
    return url;
  }
  throw new Error('Chromium did not start');
}

/**
 * A session with the first page. Answers find their command by number, events their listener by name.
 *
 * @param {string} url
 */
async function attach(url) {
  const wss = new WebSocketStream(url, { maxMessageSize: 256 * 1024 * 1024 });
  const { readable, writable } = await wss.opened;
  const writer = writable.getWriter();
  const waiting = new Map();
  const listeners = new Map();
  const session = { id: undefined };
  let id = 0;

  const reading = (async () => {
    for await (const message of readable) {
      const { id: answered, error, method, params, result } = JSON.parse(message);
      if (method) listeners.get(method)?.(params);
      else if (error) waiting.get(answered)?.reject(new Error(error.message));
      else waiting.get(answered)?.resolve(result);
    }
  })();

  const command = async (method, params = {}) => {
    id += 1;
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    await writer.write(JSON.stringify({ id, method, params, sessionId: session.id }));
    return answer;
  };
  const event = (method) => new Promise((resolve) => listeners.set(method, resolve));
  const close = async () => {
    wss.close();
    await reading;
    return wss.closed;
  };

  const { targetInfos } = await command('Target.getTargets');
  const { targetId } = targetInfos.find(({ type }) => type === 'page');
  const { sessionId } = await command('Target.attachToTarget', { targetId, flatten: true });
  session.id = sessionId;
  return { command, event, close };
}
