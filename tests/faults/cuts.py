"""An exchange that is cut after a byte of its request or of its reply, and what must hold then and afterwards."""

from collections.abc import Callable
from functools import partial
from itertools import groupby, product
from pathlib import Path
from random import Random

from msgspec import Struct

from kiosk_agent.sync.engine import Outcome as SyncOutcome
from kiosk_agent.sync.engine import open_session
from sync_protocol.bundle import LENGTH_SIZE, MAGIC
from tests.assurance import Outcome, in_parallel
from tests.faults.power import memory_folder
from tests.faults.relay import DEAD, WHOLE, Ending
from tests.faults.town import Town, found, town_at, wait_until

COMPLAINTS = 3
"""In each exchange that is cut."""
HEAD_END = b"\r\n\r\n"
_CHUNK = 50


class Layout(Struct, frozen=True):
    """Where the parts of a message end, counted from its first byte."""

    head: int
    """Its HTTP head."""
    frames: list[int]
    """Each frame of its bundle; the first is the HEAD's."""

    @property
    def marks(self) -> list[int]:
        return [0, self.head, self.head + len(MAGIC), *self.frames]

    @property
    def size(self) -> int:
        return self.frames[-1]


class Cut(Struct, frozen=True):
    """Where and how a connection ends, and what comes after it."""

    way: str
    """`up`: after so many bytes of the request; `down`: of the reply."""
    at: int
    reset: bool = False
    kept: bool = False
    """Whether the connection has carried an exchange before."""
    healed: bool = True
    """Whether the next connection goes through; else the line stays dead until the next run."""

    def ending(self, request: Layout) -> Ending:
        if self.way == "down":
            return Ending(down=self.at, reset=self.reset)
        # The centre may learn of all that came and of the end in one moment, or bit by bit.
        return Ending(up=self.at, reset=self.reset, at_once=not self.kept and self.at <= request.size)


def request_layout(town: Town, head: int) -> Layout:
    """How the next request will be laid out; a bundle of the same state has the same sizes."""
    return layout(head, open_session(town.kiosk.store).request(town.kiosk.clock.now_ms()))


def layout(head: int, bundle: bytes) -> Layout:
    frames, at = [], len(MAGIC)
    while at < len(bundle):
        at += LENGTH_SIZE + int.from_bytes(bundle[at : at + LENGTH_SIZE])
        frames.append(head + at)
    return Layout(head, frames)


def try_cut(town: Town, choose: Callable[[Layout], Cut], head: int) -> Cut:
    """File complaints, let the centre have news, cut their exchange, look at both sides, heal the line, look again.

    Args:
        choose: picks the cut when the request's layout is known.
        head: bytes of the request's HTTP head.

    Raises:
        AssertionError: something was marked that did not happen, or was lost, doubled or sent in vain.
    """
    ids = [town.file() for _ in range(COMPLAINTS)]
    town.say()
    expected = request_layout(town, head)
    cut = choose(expected)
    if cut.kept:
        town.relay.end_kept(cut.ending(expected))
    else:
        town.way.close()
        town.relay.endings = [cut.ending(expected)]
    town.relay.ending = WHOLE if cut.healed else DEAD
    first = town.sync()
    came = {
        entry_id for entry_id, end in zip(ids, expected.frames[1:], strict=True) if end <= cut.at or cut.way == "down"
    }
    proven = first.error is None
    assert len(town.received(ids)) == (COMPLAINTS if proven else 0), f"{cut}: marked without a receipt"
    if cut.healed:
        assert proven, f"{cut}: not healed at once: {first.error}"
        assert first.round_trips <= 3, cut
    elif not cut.reset:
        # A reset may take away what the centre has not read yet; after an orderly end all whole entries count.
        wait_until(lambda: town.held(ids) >= came, f"{cut}: whole entries are kept")
    assert proven or town.held(ids) <= came, f"{cut}: more than came"
    last = heal(town)
    assert (last.error, last.pending) == (None, 0), cut
    assert town.held(ids) == town.received(ids) == set(ids), cut
    assert town.kiosk.centre.config is not None
    return cut


def heal(town: Town) -> SyncOutcome:
    """The line is whole again."""
    town.relay.endings, town.relay.ending = [], WHOLE
    town.relay.end_kept(WHOLE)
    return town.sync()


def learn(town: Town) -> tuple[int, Layout]:
    """Bytes of a request's HTTP head, and how a reply is laid out."""
    [town.file() for _ in range(COMPLAINTS)]
    town.say()
    town.way.close()
    expected = request_layout(town, 0)
    outcome = town.sync()
    assert outcome.error is None
    assert outcome.round_trips == 1
    passed = town.relay.connections[-1]
    down = passed.down - outcome.bytes_down
    # The reply holds the HEAD and one CONFIG; where the HEAD ends is learnt from its size alone.
    head_frame = LENGTH_SIZE + len(town.kiosk.store.last_stated().raw)  # type: ignore[union-attr]
    return passed.up - expected.size, Layout(down, [down + len(MAGIC) + head_frame, passed.down])


def every_byte(town: Town, way: str, positions: range) -> list[str]:
    """Cut at each of these positions, in each manner."""
    failures = []
    head, _ = learn(town)
    for at in positions:
        for reset, kept, healed in product((False, True), repeat=3):
            if at == 0 and not kept and healed:
                continue  # A connection that ends before its first byte was refused: no cut, so no second try at once.
            cut = Cut(way, at, reset=reset, kept=kept, healed=healed)
            try:
                try_cut(town, lambda _, cut=cut: cut, head)  # type: ignore[misc]
            except AssertionError as error:
                failures.append(f"{cut}: {error}")
                heal(town)
    return failures


class Crossing(Struct, frozen=True):
    """What it took to bring everything over a line that dies again and again."""

    connections: int
    longest_standstill: int
    """The most connections in a row that brought the centre nothing new."""
    bytes_up: int


def cross(town: Town, ending: Ending, *, news: int = 0, letters: int = 250, complaints: int = 100) -> Crossing:
    """Bring complaints and news over a line of which each connection ends so, in one run, without a pause.

    Raises:
        AssertionError: it came to a stop, or something was lost or doubled.
    """
    random = Random(str((ending, news, letters)))
    ids = [town.file(words(random, letters), name=words(random, 12), phone="081234567890") for _ in range(complaints)]
    for number in range(news):
        town.say({f"news {number}": words(random, 80)})
    town.way.close()
    before = len(town.relay.connections)
    held = [0]

    def look() -> None:
        town.digest()
        held.append(len(town.held(ids)))

    town.relay.ending, town.relay.ended = ending, look
    outcome = town.sync()
    assert outcome.error is None, f"{ending}: stopped, although it went on: {outcome}"
    assert (outcome.accepted, outcome.received, outcome.pending) == (complaints, news, 0), f"{ending}: {outcome}"
    assert town.held(ids) == town.received(ids) == set(ids)
    town.relay.ended = lambda: None
    heal(town)
    passed = town.relay.connections[before:]
    return Crossing(len(passed), standstill(held), sum(connection.up for connection in passed))


def standstill(held: list[int]) -> int:
    """The longest row of equal numbers, less the first of them."""
    return max((len(list(group)) - 1 for _, group in groupby(held)), default=0)


def words(random: Random, letters: int) -> str:
    """Words that no dictionary knows."""
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz    ", k=letters - 2)).join("xx")


def assure(count: int, seed: int) -> Outcome:
    """The long tier: every byte of request and reply, each in eight manners, `count` times; then lines that die."""
    with memory_folder() as folder:
        template = found(folder / "template")
        with town_at(template, folder / "first") as town:
            head, reply = learn(town)
            [town.file() for _ in range(COMPLAINTS)]
            sizes = {"up": request_layout(town, head).size + 16, "down": reply.size + 16}  # they vary by some bytes
        bytes_ = [
            partial(_bytes, template, folder / f"{turn}-{way}-{start}", way, range(start, min(start + _CHUNK, size)))
            for turn in range(count)
            for way, size in sizes.items()
            for start in range(0, size, _CHUNK)
        ]
        lines = [
            partial(_line, template, folder / f"line-{turn}-{number}", ending, news, letters)
            for turn in range(count)
            for number, (ending, news, letters) in enumerate(LINES)
        ]
        failures = [line for lines in in_parallel([*bytes_, *lines], "cuts") for line in lines]
    figures = {f"{way}_bytes": size for way, size in sizes.items()} | {"lines": len(lines)}
    return Outcome(count=sum(sizes.values()) * 8 * count + len(lines), failures=failures, figures=figures)


LINES = [
    (ending, news, letters)
    for size in (2_048, 3_000, 4_096, 8_192)
    for reset in (False, True)
    for ending in (Ending(up=size, reset=reset), Ending(down=size, reset=reset), Ending(both=size, reset=reset))
    for news in (0, 60)
    for letters in (60, 250, 900)
]
"""Lines that die after so many bytes, with news from the centre or without, and texts of so many letters."""


def _bytes(template: Path, folder: Path, way: str, positions: range) -> list[str]:
    with town_at(template, folder) as town:
        failures = every_byte(town, way, positions)
        return failures + _judged(town, f"{way} {positions}")


def _line(template: Path, folder: Path, ending: Ending, news: int, letters: int) -> list[str]:
    with town_at(template, folder) as town:
        try:
            cross(town, ending, news=news, letters=letters)
        except AssertionError as error:
            return [str(error)]
        return _judged(town, str(ending))


def _judged(town: Town, what: str) -> list[str]:
    try:
        town.judge()
    except AssertionError as error:
        return [f"{what}: {error}"]
    return []
