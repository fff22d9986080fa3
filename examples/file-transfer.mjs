// Uploads a file and downloads it again, with progress and a check of the hash at both ends.
//   node examples/file-transfer.mjs [file]

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';

import { WebSocketStream } from 'websocketstream';

import { startServer } from './local-server.mjs';

const folder = await mkdtemp(path.join(tmpdir(), 'transfer-'));
const file = process.argv[2] ?? path.join(folder, 'original');
if (!process.argv[2]) await writeFile(file, Buffer.alloc(20_000_000, 'all work and no play '));

// The server keeps one file in memory: chunks of an upload, then its hash as text.
let stored = [];
const { url, stop } = await startServer(async (socket, request) => {
  if (request.url === '/download') {
    for (const chunk of stored) await new Promise((done) => socket.send(chunk, done));
    socket.send(hashOf(stored));
    socket.close(1000);
    return;
  }
  stored = [];
  socket.on('message', (data, isBinary) => {
    if (isBinary) stored.push(data);
    else socket.close(hashOf(stored) === String(data) ? 1000 : 4000, 'hash compared');
  });
});

await upload();
await download(path.join(folder, 'copy'));
await rm(folder, { recursive: true });
stop();

async function upload() {
  const wss = new WebSocketStream(new URL('/upload', url));
  const { writable } = await wss.opened;
  const hash = createHash('sha256');
  const { size } = await stat(file);
  // The file is read as fast as the server takes it.
  await Readable.toWeb(createReadStream(file))
    .pipeThrough(watched(hash, size, 'uploaded'))
    .pipeTo(writable, { preventClose: true });
  await writable.getWriter().write(hash.digest('hex'));
  const { closeCode, reason } = await wss.closed;
  console.log(`upload: ${closeCode} ${reason}`);
}

/** @param {string} target */
async function download(target) {
  const wss = new WebSocketStream(new URL('/download', url));
  const { readable } = await wss.opened;
  const hash = createHash('sha256');
  const handle = await open(target, 'w');
  let promised;
  for await (const message of readable) {
    if (typeof message === 'string') promised = message;
    else {
      hash.update(message);
      await handle.write(message);
    }
  }
  await handle.close();
  await wss.closed;
  if (hash.digest('hex') !== promised) throw new Error('the copy differs');
  console.log('download: hash is the same');
}

/** Hashes what passes and shows how far it is, at every tenth. */
function watched(hash, size, word) {
  let done = 0;
  let shown = 0;
  return new TransformStream({
    transform(chunk, controller) {
      hash.update(chunk);
      done += chunk.length;
      const tenth = Math.floor((done / size) * 10);
      if (tenth > shown) console.log(`${word} ${tenth * 10} %`);
      shown = tenth;
      controller.enqueue(chunk);
    },
  });
}

function hashOf(chunks) {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
