"""Bytes up and down, as the real kiosk program sends them: those of the bundles, and those of HTTP around them."""

from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path

from msgspec import Struct

from benchmarks.figures import Figure, Must
from benchmarks.kiosk import Kiosk, new_code
from benchmarks.load import new_centre
from benchmarks.programs import serve_centre
from benchmarks.proxy import CountingProxy
from benchmarks.sizes import Sizes
from benchmarks.texts import complaints, hand_written


class Carried(Struct, frozen=True):
    """Bytes of one run of exchanges."""

    up: int
    down: int
    http_up: int
    http_down: int


def measure(sizes: Sizes, folder: Path) -> list[Figure]:
    """One batch of generated texts, one of texts written by hand, then nothing."""
    data = folder / "centre"
    with new_centre(data) as centre:
        kiosk = Kiosk(folder, new_code(centre))
    with serve_centre(data) as server, CountingProxy(server.port) as proxy:
        kiosk.enrol(proxy.port)
        enrolment = proxy.taken()
        generated = _carried(kiosk, proxy, complaints(3, sizes.batch))
        by_hand = _carried(kiosk, proxy, islice(cycle(hand_written()), sizes.batch))
        idle = _carried(kiosk, proxy, ())
    return [
        *_of_batch("a complaint up, generated texts", generated, sizes.batch),
        *_of_batch("a complaint up, texts by hand", by_hand, sizes.batch),
        Figure(name="an idle exchange, both ways", value=idle.up + idle.down, unit="bytes", must=Must("<=", 700)),
        Figure(name="an idle exchange, both ways, with HTTP", value=idle.http_up + idle.http_down, unit="bytes"),
        Figure(name="enrolment with master data, down, with HTTP", value=enrolment[1], unit="bytes"),
    ]


def _of_batch(name: str, carried: Carried, batch: int) -> list[Figure]:
    return [
        Figure(name=name, value=carried.up / batch, unit="bytes", must=Must("<=", 380)),
        Figure(name=f"{name}, with HTTP", value=carried.http_up / batch, unit="bytes"),
    ]


def _carried(kiosk: Kiosk, proxy: CountingProxy, filed: Iterable[dict[str, object]]) -> Carried:
    lines = list(filed)
    if lines:
        kiosk.file(lines)
    proxy.taken()
    counts, _ = kiosk.sync()
    assert counts["pending"] == 0
    assert counts["round_trips"] == 1, f"one round trip is the normal case: {counts}"
    http_up, http_down = proxy.taken()
    return Carried(up=counts["bytes_up"], down=counts["bytes_down"], http_up=http_up, http_down=http_down)
