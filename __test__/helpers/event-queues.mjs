// Which event queues of this process watch a socket, as Linux tells it.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** The descriptor of this process that is bound to a local port as a client. */
export function descriptorOf(port) {
  const sockets = readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    // Other processes may use the same port towards other servers, and so may one that is closed.
    .filter((fields) => fields[1]?.endsWith(`:${hexadecimal(port)}`))
    .map((fields) => `socket:[${fields[9]}]`);
  return descriptors().find((fd) => sockets.includes(target(fd)));
}

/** Descriptors that an event queue watches. */
export function watchedBy(queue) {
  return [...information(queue).matchAll(/^tfd:\s+(\d+) /gm)].map(([, fd]) => fd);
}

/** Event queues of this process that watch a descriptor. */
export function queuesWith(watched) {
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
