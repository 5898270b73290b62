"""When a complaint was filed, as far as anyone can know (protocol, section 7).

A kiosk's clock may be years off after a power cut. Three things bound the truth: the kiosk's own claim, what is known
of its clock's offset, and two moments by the centre's clock, the kiosk's contact before and the arrival.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

TRUSTED_MS: Final = 60_000
"""An offset up to this is taken for none: the clock is as right as people's watches (CLOCK, section 3)."""
_FARTHEST = 2**53
"""No clock is farther off: what devices say adds up to more than the database can hold."""
_SETTLED = frozenset({"server", "sms"})


class ClockNews(Struct, frozen=True):
    """What a CLOCK entry says."""

    reason: str
    offset_ms: int
    jump_ms: int


class Link(Struct, frozen=True, gc=False):
    """An entry on its way into the ledger, as far as its time matters."""

    id: bytes
    prev: bytes
    seq: int
    time_ms: int
    news: ClockNews | None = None


class ClockState(Struct, frozen=True):
    """What is known of a device's clock so far."""

    offset_ms: int | None = None
    """True time less the device's clock; None where it is unknown."""
    head_at: int = 0
    """The centre's time of its last HEAD that came over a live connection."""
    head_id: bytes | None = None
    """The entry that this HEAD stated as the newest: what follows it was filed later than `head_at`."""


class HeadSeen(Struct, frozen=True):
    """A HEAD that came over a live connection, so that its time can be compared with the centre's clock."""

    id: bytes
    """The entry that it states as the head of the log."""
    time_ms: int
    """0: the device knows its clock to be wrong."""
    late_ms: int = 0
    """How long its request took to come in: on a slow line minutes, which are no error of the device's clock."""


class Clue(Struct, frozen=True, gc=False):
    """What is kept with an entry of its writer's clock."""

    offset_ms: int | None
    not_before: int


def clues(
    links: Sequence[Link], known: ClockState, bounds: Mapping[bytes, int], head: HeadSeen | None, now_ms: int
) -> tuple[list[Clue], ClockState]:
    """What is known of the clock at each of the entries, and after them.

    Args:
        links: in the order of their seq.
        known: as of the device's last contact.
        bounds: of entries that are stored already, by id, their `not_before`.
        head: the HEAD that came along.
        now_ms: the centre's clock.
    """
    found: list[Clue] = []
    passed = dict(bounds)
    offset = known.offset_ms
    for link in links:
        bound = passed.get(link.prev, 0)
        if link.prev == known.head_id:
            bound = max(bound, known.head_at)
        if link.news is not None:
            bound = max(bound, _settled_at(link.time_ms, link.news, now_ms))
        passed[link.id] = bound
        found.append(Clue(offset, bound))
        if link.news is not None:
            offset = _bounded(link.news.offset_ms)
    if head is None:
        return found, ClockState(offset, known.head_at, known.head_id)
    began_ms = now_ms - head.late_ms
    if head.time_ms:
        offset = _bounded(began_ms - head.time_ms)
        _look_back(links, found, head.id, offset)
    return found, ClockState(offset, began_ms, head.id)


def _bounded(milliseconds: int) -> int:
    return min(max(milliseconds, -_FARTHEST), _FARTHEST)


def _settled_at(claim_ms: int, news: ClockNews, now_ms: int) -> int:
    """The true time at which a CLOCK was written, where it knew it; one from the future says nothing."""
    moment = claim_ms + news.offset_ms
    return moment if news.reason in _SETTLED and moment <= now_ms else 0


def _look_back(links: Sequence[Link], found: list[Clue], head_id: bytes, offset: int) -> None:
    """The clock ran on from the entries before a HEAD to the HEAD itself, unless a CLOCK between says otherwise."""
    expected = head_id
    for at in range(len(links) - 1, -1, -1):
        link = links[at]
        if link.id != expected:
            return
        found[at] = Clue(offset, found[at].not_before)
        if link.news is not None:
            if link.news.reason == "boot":
                return
            if link.news.reason == "jump":
                offset = _bounded(offset + link.news.jump_ms)
        expected = link.prev


def filed_at(claim_ms: int, clue: Clue, arrived_ms: int, founded_ms: int) -> int:
    """The claim plus the known offset, not before the last HEAD or CLOCK, not after arrival; Unix milliseconds.

    Args:
        claim_ms: the writer's clock; 0 where it knew it to be wrong.
        founded_ms: when the centre's keys were made. Nobody could seal to them before, so an earlier time says nothing.
    """
    offset = clue.offset_ms or 0
    moment = claim_ms + offset if abs(offset) > TRUSTED_MS else claim_ms
    if claim_ms == 0 or (moment < founded_ms and not clue.not_before):
        return arrived_ms
    return min(max(moment, clue.not_before), arrived_ms)
