"""Where passwords are checked: on threads of their own, so that whoever tries many keeps no other page waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from server.errors import BusyError

AT_A_TIME: Final = 2
"""Checks that run together: each takes 19 MiB and 80 ms of a processor."""
MAX_WAITING: Final = 8
"""How many strangers may wait for their turn; whoever is signed in finds as many places again."""
T = TypeVar("T")


class PasswordQueue:
    """A short queue before a few threads; used on the event loop alone."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="kasih-password")
        self._in_work = 0

    async def run(self, work: Callable[[], T], *, is_signed_in: bool) -> T:
        """Do what checks a password, in its turn.

        Raises:
            BusyError: too many wait already; told at once.
        """
        if self._in_work >= AT_A_TIME + MAX_WAITING * (1 + is_signed_in):
            raise BusyError("Terlalu banyak kata sandi yang diperiksa bersamaan. Coba lagi sebentar.")
        self._in_work += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._in_work -= 1
