"""Echo server of the `websockets` package. Prints its port, then serves until it is killed.

The path chooses what a connection does:
  /            echo every message
  /chat        echo, and accept the subprotocol "chat"
  /ping        ping the client, say "ponged" when the pong came, then echo
  /close/CODE  close with CODE and the reason "by path"

An argument, if there is one, has the settings of compression as JSON.
"""

import asyncio
import json
import sys

from websockets.asyncio.server import serve
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

MAX_SIZE = 64 * 1024 * 1024


async def handle(connection):
    path = connection.request.path
    if path.startswith("/close/"):
        await connection.close(int(path.rsplit("/", 1)[1]), "by path")
        return
    if path == "/ping":
        await (await connection.ping(b"are you there"))
        await connection.send("ponged")
    async for message in connection:
        await connection.send(message)


def choose(connection, offered):
    return "chat" if "chat" in offered else None


def compression():
    if len(sys.argv) < 2:
        return {}
    factory = ServerPerMessageDeflateFactory(**json.loads(sys.argv[1]))
    return {"compression": None, "extensions": [factory]}


async def main():
    async with serve(
        handle,
        "127.0.0.1",
        0,
        select_subprotocol=choose,
        max_size=MAX_SIZE,
        **compression(),
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
