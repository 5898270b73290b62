"""How much is measured: as a person runs it, and next to nothing, to see that it runs at all."""

from typing import Final

from msgspec import Struct


class Sizes(Struct, frozen=True, kw_only=True):
    """Counts of everything that is counted."""

    complaints: int = 10_000
    """From one kiosk, in `ingest`."""
    runs: int = 5
    """How often a timed part is repeated."""
    filed: int = 1_000
    """Filed and sent by the real kiosk program, in `ingest`."""
    kiosks: int = 200
    each: int = 50
    """Complaints of each kiosk, in `many`."""
    concurrency: int = 8
    small: int = 10_000
    large: int = 100_000
    """Cases in the two centres of `idle`."""
    exchanges: int = 1_000
    """Idle ones with each of the two centres."""
    batch: int = 100
    """Complaints sent together, in `wire`."""
    samples: int = 1_000
    """Entries on which signatures and seals are timed, each before and after a timed part."""
    rows: int = 10_000
    posts: int = 200
    sms: int = 90
    slots: int = 30
    """On the SIM of `sms`."""
    malformed: int = 35
    """Kinds of PDUs that are none."""
    unplugged_s: float = 6
    silent_s: float = 30
    foreign: bool = True
    """Whether other people's daemons are measured too, where they are installed."""


FULL: Final = Sizes()
QUICK: Final = Sizes(
    complaints=30, runs=1, filed=4, kiosks=3, each=2, concurrency=2, small=50, large=100, exchanges=4, batch=5,
    samples=5, rows=200, posts=4, sms=6, slots=3, malformed=4, unplugged_s=0.2, silent_s=0.0, foreign=False,
)  # fmt: skip
