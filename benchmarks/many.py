"""Many kiosks at once: each brings some complaints over a connection of its own."""

import time
from pathlib import Path
from statistics import median

from benchmarks import limits
from benchmarks.figures import Figure, Limit
from benchmarks.ingest import headline
from benchmarks.limits import Crypto, Speed
from benchmarks.load import Load, check_receipt, copied, enrolled, new_centre, prepared
from benchmarks.posting import Posted, post_all
from benchmarks.programs import serve_bare, serve_centre
from benchmarks.sizes import Sizes
from benchmarks.waiting import wait_for_cases


def measure(sizes: Sizes, folder: Path) -> list[Figure]:
    """All kiosks send to new copies of one centre."""
    template = folder / "template"
    with new_centre(template) as centre:
        opener = centre.keys.intake
        loads = [prepared(enrolled(centre), opener, sizes.each, seed) for seed in range(sizes.kiosks)]
    runs = [_run(loads, copied(template, folder / f"run{number}"), sizes) for number in range(sizes.runs)]
    posted = max((posted for _, _, posted in runs), key=lambda posted: posted.per_s)
    with serve_bare(folder) as bare:
        carried = post_all(bare.port, _bundles(loads), concurrency=sizes.concurrency, keep=False)
    return [
        *headline([(speed, limit) for speed, limit, _ in runs]),
        Figure(
            name="exchanges",
            value=posted.per_s,
            unit="/s",
            limit=Limit("bare POSTs of the same bodies", carried.per_s),
        ),
        Figure(name="an exchange, median", value=median(posted.latencies_s) * 1e3, unit="ms"),
        Figure(name="an exchange, 95 of 100", value=_of_a_hundred(95, posted.latencies_s) * 1e3, unit="ms"),
        Figure(name="an exchange, slowest", value=max(posted.latencies_s) * 1e3, unit="ms"),
    ]


def _run(loads: list[Load], data: Path, sizes: Sizes) -> tuple[Speed, Crypto, Posted]:
    with serve_centre(data) as server:
        before = loads[0].limit(sizes.samples)
        cpu_s, started = server.cpu_s, time.perf_counter()
        posted = post_all(
            server.port,
            _bundles(loads),
            concurrency=sizes.concurrency,
            keep=False,
            check=lambda at, reply: check_receipt(loads[at], 0, reply),
        )
        count = len(loads) * len(loads[0].entries)
        wait_for_cases(data, count)
        speed = Speed.of(count, time.perf_counter() - started, server.cpu_s - cpu_s)
        return speed, limits.mean(before, loads[-1].limit(sizes.samples)), posted


def _bundles(loads: list[Load]) -> list[bytes]:
    return [request.bundle for load in loads for request in load.requests]


def _of_a_hundred(hundredth: int, values: list[float]) -> float:
    return sorted(values)[min(len(values) * hundredth // 100, len(values) - 1)]
