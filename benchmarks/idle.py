"""An exchange with nothing to say, at a small centre and at a large one, in turns."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct

from benchmarks import limits
from benchmarks.figures import Figure, Limit, Must
from benchmarks.filling import fill
from benchmarks.load import new_centre
from benchmarks.posting import post_all
from benchmarks.programs import Serving, serve_bare, serve_centre
from benchmarks.sizes import Sizes
from server.store.centre import wall_clock
from sync_protocol.bundle import write_bundle
from sync_protocol.reply import read_reply
from tests.peers import Peer

TURNS: Final = 20
_MUST: Final = Must("<=", 1.2, of="ratio")


class Side(Struct):
    """One of the two centres, at work."""

    server: Serving
    peer: Peer
    cases: int
    latencies_s: list[float] = []
    cpu_s: float = 0.0

    def take_a_turn(self, exchanges: int) -> None:
        """Exchange nothing, some times in a row."""
        heads = [write_bundle([self.peer.session().head(wall_clock())]) for _ in range(exchanges)]
        cpu_s = self.server.cpu_s
        self.latencies_s += post_all(self.server.port, heads, check=self._check).latencies_s
        self.cpu_s += self.server.cpu_s - cpu_s

    def _check(self, at: int, reply: bytes) -> None:
        if at == 0:
            taken, _ = read_reply(reply, self.peer.pinned)
            head = self.peer.own_head()
            assert head is not None
            assert taken.head.body.have == head.id.hex()
            assert not taken.entries, "a reply to an idle kiosk holds entries"


def measure(sizes: Sizes, folder: Path) -> list[Figure]:
    """Both centres are up all the time, and are asked in turns, so that what disturbs one disturbs the other."""
    with ExitStack() as stack:
        small, large = (_side(count, folder / f"centre{count}", stack) for count in (sizes.small, sizes.large))
        for turn in range(TURNS):
            for side in (small, large) if turn % 2 else (large, small):
                side.take_a_turn(max(sizes.exchanges // TURNS, 1))
    return _figures(small, large, sizes, folder)


def _side(count: int, data: Path, stack: ExitStack) -> Side:
    with new_centre(data) as centre:
        peer = fill(centre, count)
    side = Side(server=stack.enter_context(serve_centre(data)), peer=peer, cases=count)
    side.take_a_turn(2)
    side.latencies_s, side.cpu_s = [], 0.0
    return side


def _figures(small: Side, large: Side, sizes: Sizes, folder: Path) -> list[Figure]:
    body = write_bundle([small.peer.session().head(wall_clock())])
    with serve_bare(folder) as bare:
        bare_ms = median(post_all(bare.port, [body] * sizes.posts).latencies_s) * 1e3
    commit_ms = 1e3 / limits.commits_per_s(folder, sizes.posts)
    times = [median(side.latencies_s) * 1e3 for side in (small, large)]
    works = [side.cpu_s / len(side.latencies_s) * 1e3 for side in (small, large)]
    return [
        Figure(
            name=f"with {small.cases:,} cases, median",
            value=times[0],
            unit="ms",
            limit=Limit("a bare POST and a commit", bare_ms + commit_ms),
        ),
        Figure(
            name=f"with {large.cases:,} cases, median",
            value=times[1],
            unit="ms",
            limit=Limit(f"that with {small.cases:,}", times[0]),
            must=_MUST,
        ),
        Figure(name=f"processor time with {small.cases:,} cases", value=works[0], unit="ms"),
        Figure(
            name=f"processor time with {large.cases:,} cases",
            value=works[1],
            unit="ms",
            limit=Limit(f"that with {small.cases:,}", works[0]),
            must=_MUST,
        ),
    ]
