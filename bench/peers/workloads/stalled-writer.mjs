import { setTimeout } from 'node:timers/promises';
import { messages } from '../messages.mjs';
import { progress, release } from '../progress.mjs';
import { address } from '../specification.mjs';
import { rss, settledRss } from '../usage.mjs';

/**
 * A client that sends with backpressure to a server that reads nothing for a while, and then everything.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function stalledWriter(library, specification) {
  const { count, kind, ms, size } = specification;
  const ring = messages(kind, size);
  const mask = ring.length - 1;
  const first = await library.open(address(specification, '/idle'), specification);
  await first.close();
  const before = await settledRss();
  const id = `writer-${before}`;
  const url = address(specification, '/stalled/sink', { id, kind, size });
  const connection = await library.open(url, specification);
  // What the handshake took is in the kernel's figures too.
  const handshakeBytes = (await progress(specification, id)).receivedBytes;
  let sent = 0;
  const sending = connection.send(() => (sent < count ? ring[sent++ & mask] : undefined));
  await setTimeout(ms);
  const grown = rss() - before;
  const taken = sent;
  const kernel = await progress(specification, id);
  const start = performance.now();
  await release(specification, id);
  await sending;
  connection.post('{"end":true}');
  let report;
  await connection.receive((data) => {
    report = JSON.parse(data);
    return true;
  });
  const seconds = (performance.now() - start) / 1000;
  await connection.close();
  if (report.count !== count || report.wrong > 0) {
    throw new Error(`${count} messages were sent, and the server says ${JSON.stringify(report)}`);
  }
  const inKernel = kernel.receivedBytes - handshakeBytes + kernel.clientSendQueueBytes;
  return {
    messages: count,
    seconds,
    acceptedBytes: taken * frameBytes(size) - inKernel,
    grownBytes: grown,
    kernel,
  };
}

/**
 * Bytes of a masked frame.
 *
 * @param {number} size
 */
function frameBytes(size) {
  return size + (size < 126 ? 6 : size < 65536 ? 8 : 14);
}
