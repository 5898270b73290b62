"""Posting many bodies to a server, and taking the time of each."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from msgspec import Struct

from tests.peers import over_http

_TIMEOUT_S: Final = 120


class Posted(Struct, frozen=True):
    """What came of posting many bodies."""

    wall_s: float
    latencies_s: list[float]

    @property
    def per_s(self) -> float:
        return len(self.latencies_s) / self.wall_s


def _nothing(at: int, reply: bytes) -> None:
    """Look at no reply."""


def post_all(
    port: int,
    bodies: Sequence[bytes],
    *,
    concurrency: int = 1,
    check: Callable[[int, bytes], None] = _nothing,
    keep: bool = True,
) -> Posted:
    """Post bodies, each as soon as one before it was answered.

    Args:
        check: is given the place of each body and its reply; what it takes is not part of the latency.
        keep: on kept connections; else each body on one of its own, as from so many kiosks.
    """
    kept = threading.local()

    def post(at: int) -> float:
        started = time.perf_counter()
        if not keep or not hasattr(kept, "send"):
            kept.send = over_http(port, timeout_s=_TIMEOUT_S)
        reply = kept.send(bodies[at])
        latency = time.perf_counter() - started
        check(at, reply)
        return latency

    started = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        latencies = list(pool.map(post, range(len(bodies))))
    return Posted(time.perf_counter() - started, latencies)
