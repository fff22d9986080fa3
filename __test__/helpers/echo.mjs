import { WebSocketStream } from '../../index.js';
import { startWsServer } from './ws-server.mjs';

/**
 * An open connection to a server that echoes what it gets, and closes when it reads `end`.
 *
 * @param {import('node:test').TestContext} t
 */
export async function openEcho(t) {
  const { url } = await startWsServer(t, {
    onConnection: (socket) => {
      socket.on('message', (data, isBinary) => {
        if (!isBinary && data.toString() === 'end') socket.close(1000);
        else socket.send(data, { binary: isBinary });
      });
    },
  });
  const wss = new WebSocketStream(url);
  t.after(() => wss.terminate());
  return { wss, ...(await wss.opened) };
}
