import { readFileSync } from 'node:fs';

/** Where the limits of the kernel cannot be read, more than any common default. */
const UNKNOWN_BYTES = 40 * 1024 * 1024;

/** The most that the socket buffers of both ends of one loopback connection can hold, in bytes. */
export function kernelBufferBytes() {
  if (process.platform !== 'linux') return UNKNOWN_BYTES;
  return largest('tcp_rmem') + largest('tcp_wmem');
}

function largest(name) {
  return Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/)[2]);
}
