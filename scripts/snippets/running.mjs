// Runs blocks of documents as programs of their own, against a server that stands for example.com.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { WebSocketServer } from 'ws';

import { Failure } from '../command.mjs';

/** A program that runs longer waits for something that does not come. */
const DEADLINE_MS = 20_000;

/** The server closes a connection after so long without a message, so that every loop ends. */
const SILENCE_MS = 300;

/** @param {{ place: string, file: string }[]} snippets */
export async function runSnippets(snippets) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', serve);
  await once(server, 'listening');
  const { port } = server.address();
  const problems = [];
  try {
    for (const { place, file } of snippets) {
      const code = readFileSync(file, 'utf8');
      writeFileSync(file, code.replaceAll('wss://example.com', `ws://127.0.0.1:${port}`));
      const output = await runToEnd(file);
      if (output !== undefined) problems.push(`${place} does not run:\n${output}`);
    }
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}

/**
 * @param {import('ws').WebSocket} socket
 * @param {import('node:http').IncomingMessage} request
 */
function serve(socket, request) {
  // A feed that is told where to begin has something to tell; anything else is an echo.
  if (request.url.includes('?after=')) socket.send('a message');
  const timer = setTimeout(() => socket.close(1000), SILENCE_MS);
  socket.on('message', (data, isBinary) => {
    timer.refresh();
    socket.send(data, { binary: isBinary });
  });
  socket.on('error', () => {});
  socket.on('close', () => clearTimeout(timer));
}

/**
 * @param {string} file
 * @returns {Promise<string | undefined>} what it printed, if it failed
 */
async function runToEnd(file) {
  // The flag gives Node 20 the global WebSocket that later ones have anyway.
  const args = ['--no-warnings', '--experimental-websocket', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  clearTimeout(timer);
  if (code === 0 && stderr === '' && stdout !== '') return undefined;
  if (code === 0 && stdout === '') return 'it prints nothing';
  return `${stdout}${stderr}ended with ${signal ?? code}`;
}
