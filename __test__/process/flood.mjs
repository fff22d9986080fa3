/**
 * Sends binary messages as fast as the client takes them, until it is gone.
 *
 * @param {import('ws').WebSocket} socket
 */
export function flood(socket) {
  const message = Buffer.alloc(5000, 1);
  const send = (error) => {
    if (!error && socket.readyState === socket.OPEN) socket.send(message, () => setImmediate(send));
  };
  for (let i = 0; i < 20; i++) send();
}
