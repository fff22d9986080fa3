// Which event queue waits for a socket: the network thread's, or the one that Node's event loop watches.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { until, within } from '../helpers/until.mjs';

test('a quick dialogue moves the socket to the event loop of Node, and silence moves it back', async (t) => {
  const { info, peer, readable, writable } = await openPair(t);
  const socket = descriptorOf(info.localPort);
  const before = queuesWith(socket);
  assert.ok(before.length > 0);
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const talk = async () => {
    for (;;) {
      const read = reader.read();
      writer.write('question');
      await peer.nextText();
      peer.sendText('answer');
      await read;
      const queues = queuesWith(socket);
      // In none for a moment while it moves.
      if (queues.length > 0 && !queues.some((queue) => before.includes(queue))) return;
    }
  };
  await within(talk(), 'the event loop waits for the socket');
  await until(
    () => queuesWith(socket).some((queue) => before.includes(queue)),
    'the network thread waits for the socket',
  );
});

/** The descriptor of this process that is bound to a local port as a client. */
function descriptorOf(port) {
  const row = readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((fields) => fields[1]?.endsWith(`:${hexadecimal(port)}`));
  const inode = row?.[9];
  return descriptors().find((fd) => target(fd) === `socket:[${inode}]`);
}

/** Event queues of this process that watch a descriptor. */
function queuesWith(watched) {
  return descriptors()
    .filter((fd) => target(fd) === 'anon_inode:[eventpoll]')
    .filter((fd) => new RegExp(`^tfd:\\s+${watched} `, 'm').test(information(fd)));
}

const descriptors = () => readdirSync('/proc/self/fd');
const hexadecimal = (port) => port.toString(16).toUpperCase().padStart(4, '0');

/** Nothing for the descriptor that listing them needed itself. */
function target(fd) {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

function information(fd) {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  } catch {
    return '';
  }
}
