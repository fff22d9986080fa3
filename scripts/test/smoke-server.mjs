// The servers that the smoke program of other runtimes talks to.

/**
 * Starts a plain server and one with TLS; the path says what they do. Not before the set-up has run:
 * they need its packages.
 *
 * @returns {Promise<{ places: { url: string, secureUrl: string, ca: string }, stop: () => Promise<void> }>}
 */
export async function startSmokeServers() {
  const { startWsServer } = await import('../../__test__/helpers/ws-server.mjs');
  const { Authority } = await import('../../__test__/helpers/tls.mjs');
  const closers = [];
  const scope = { after: (close) => closers.push(close) };
  const authority = await Authority.create();
  const options = { onConnection, ws: { perMessageDeflate: { threshold: 0 }, verifyClient } };
  const plain = await startWsServer(scope, options);
  const secure = await startWsServer(scope, { ...options, tls: await authority.issue() });
  return {
    places: { url: plain.url, secureUrl: secure.url, ca: authority.pem },
    stop: async () => {
      for (const close of closers) await close();
    },
  };
}

const behaviours = {
  '/': (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  '/close': (socket) => {
    socket.send('last words');
    socket.close(4000, 'enough');
  },
  '/drop': (socket) => socket.terminate(),
  '/feed': (socket) => {
    for (let i = 0; i < FEED; i++) socket.send(String(i).padEnd(1024));
    socket.close(1000);
  },
  '/mute': (socket) => socket.pause(),
};

function onConnection(socket, { url }) {
  behaviours[url](socket);
}

/** Whoever asks for `/silent` gets no answer. */
function verifyClient({ req }, done) {
  if (req.url !== '/silent') done(true);
  // Nobody else looks for its end, and the server would wait for it.
  else req.socket.resume().once('end', () => req.socket.destroy());
}

const FEED = 20_000;
