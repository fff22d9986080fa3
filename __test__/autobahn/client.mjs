// Autobahn's client: asks the server for each case, and echoes what comes through its own streams.
// node client.mjs <url of the server> <name in the report>

import { WebSocketStream } from '../../index.js';

const [server, agent] = process.argv.slice(2);

const count = Number(await ask(`${server}/getCaseCount`));
for (let index = 1; index <= count; index++) {
  const status = JSON.parse(await ask(`${server}/getCaseInfo?case=${index}`));
  console.log(`${index}/${count} ${status.id}`);
  await echo(`${server}/runCase?case=${index}&agent=${agent}`);
}
await echo(`${server}/updateReports?agent=${agent}`);

/**
 * The first message of a connection.
 *
 * @param {string} url
 * @returns {Promise<string>}
 */
async function ask(url) {
  const wss = new WebSocketStream(url);
  const { readable } = await wss.opened;
  const reader = readable.getReader();
  const { value } = await reader.read();
  await wss.closed;
  return value;
}

/**
 * A case is over when the connection is. How it ended is for the server to judge.
 *
 * @param {string} url
 */
async function echo(url) {
  // Cases 9.3 and 9.4 cut 4 MiB into 65,536 frames, more than the default allows.
  const wss = new WebSocketStream(url, { maxFragments: 100_000 });
  const { readable, writable } = await wss.opened;
  // The end of the connection ends the pipe with an error: the writable has nowhere to write to.
  await readable.pipeTo(writable).catch(() => {});
  await wss.closed.catch(() => {});
}
