"""Echo server of the `hypercorn` package. Prints its port, then serves until it is killed.

The path chooses what a connection does:
  /            echo every message, and accept the first subprotocol
  /close/CODE  close with CODE and the reason "by path"
  /refused     answer the handshake with 403

Arguments, if there are some, are files with a certificate and its key.
"""

import asyncio
import socket
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config

MAX_SIZE = 64 * 1024 * 1024


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        return
    await receive()
    if scope["path"] == "/refused":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
    if scope["path"].startswith("/close/"):
        code = int(scope["path"].rsplit("/", 1)[1])
        await send({"type": "websocket.close", "code": code, "reason": "by path"})
        return
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": event.get("bytes"), "text": event.get("text")})


async def main():
    listener = socket.create_server(("127.0.0.1", 0))
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.errorlog = None
    config.websocket_max_message_size = MAX_SIZE
    if len(sys.argv) > 1:
        config.certfile, config.keyfile = sys.argv[1:]
    print(listener.getsockname()[1], flush=True)
    await serve(app, config, shutdown_trigger=asyncio.Event().wait)


asyncio.run(main())
