"""How the centre listens."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from server.http_server import listen


def test_an_answer_in_two_pieces_does_not_wait_for_an_acknowledgement() -> None:
    async def accepted() -> int:
        options: asyncio.Queue[int] = asyncio.Queue()

        async def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken: socket.socket = writer.get_extra_info("socket")
            options.put_nowait(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listen("127.0.0.1", 0)
        async with await asyncio.start_server(look, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            found = await options.get()
            writer.close()
            return found

    with ThreadPoolExecutor(1) as pool:  # A browser test before this one leaves its loop in the main thread.
        assert pool.submit(asyncio.run, accepted()).result(), "each exchange takes 40 ms more than it must"
