/**
 * Sends binary messages as fast as the client takes them, until it is gone.
 *
 * @param {import('ws').WebSocket} socket
 */
export function flood(socket) {
  floodWith(socket, Buffer.alloc(5000, 1));
}

/**
 * Sends one message again and again, as fast as the client takes it.
 *
 * @param {import('ws').WebSocket} socket
 * @param {string | Buffer} message
 */
export function floodWith(socket, message) {
  const send = (error) => {
    if (!error && socket.readyState === socket.OPEN) socket.send(message, () => setImmediate(send));
  };
  for (let i = 0; i < 20; i++) send();
}
