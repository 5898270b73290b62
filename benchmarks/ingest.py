"""Many complaints from one kiosk: each verified, durable before its receipt, opened, folded, and visible as a case."""

import time
from functools import partial
from pathlib import Path
from statistics import median

from msgspec import Struct

from benchmarks import limits
from benchmarks.figures import Figure, Limit, Must
from benchmarks.kiosk import Kiosk, new_code
from benchmarks.limits import Crypto, Speed
from benchmarks.load import Load, check_receipt, copied, enrolled, new_centre, prepared
from benchmarks.posting import post_all
from benchmarks.programs import serve_bare, serve_centre
from benchmarks.sizes import Sizes
from benchmarks.texts import complaints
from benchmarks.waiting import wait_for_cases

BOTH = "1/(1/verify + 1/open)"
"""The limit of one core: nobody can take a complaint in without checking its signature and opening its body."""

MUST = Must(">=", 0.6, of="ratio")


class Trial(Struct, frozen=True):
    """One run."""

    visible: Speed
    """Complaints a second until the last case can be seen."""
    receipts: float
    """Complaints a second until the last receipt."""
    limit: Crypto
    resident_mib: float


def measure(sizes: Sizes, folder: Path) -> list[Figure]:
    """Send the same complaints to new copies of one centre; then let the real kiosk program send some."""
    template = folder / "template"
    with new_centre(template) as centre:
        peer, code = enrolled(centre), new_code(centre)
        load = prepared(peer, centre.keys.intake, sizes.complaints)
    trials = [trial(load, copied(template, folder / f"run{number}"), sizes) for number in range(sizes.runs)]
    return [*_figures(trials, load, sizes, folder), *_real_kiosk(template, folder, code, sizes)]


def trial(load: Load, data: Path, sizes: Sizes) -> Trial:
    """Send all of it to a centre that runs as a process of its own."""
    with serve_centre(data) as server:
        before = load.limit(sizes.samples)
        cpu_s, started = server.cpu_s, time.perf_counter()
        bodies = [request.bundle for request in load.requests]
        posted = post_all(server.port, bodies, check=partial(check_receipt, load))
        wait_for_cases(data, len(load.entries))
        visible_s, cpu_s = time.perf_counter() - started, server.cpu_s - cpu_s
        after = load.limit(sizes.samples)
        return Trial(
            visible=Speed.of(len(load.entries), visible_s, cpu_s),
            receipts=len(load.entries) / posted.wall_s,
            limit=limits.mean(before, after),
            resident_mib=server.resident_mib,
        )


def _figures(trials: list[Trial], load: Load, sizes: Sizes, folder: Path) -> list[Figure]:
    best = max(trials, key=lambda trial: trial.visible.wall)
    rows = limits.rows_per_s(folder, sizes.rows, len(load.entries[0].raw))
    with serve_bare(folder) as bare:
        carried = len(load.entries) / post_all(bare.port, [request.bundle for request in load.requests]).wall_s
    return [
        *headline([(trial.visible, trial.limit) for trial in trials], MUST),
        Figure(
            name="complaints until the last receipt",
            value=best.receipts,
            unit="/s",
            limit=Limit("rows in commits of 100", rows),
        ),
        Figure(
            name="complaints until the last receipt, over HTTP",
            value=best.receipts,
            unit="/s",
            limit=Limit("bare POSTs of the same bodies", carried),
        ),
        Figure(name="server resident afterwards", value=max(trial.resident_mib for trial in trials), unit="MiB"),
    ]


def headline(runs: list[tuple[Speed, Crypto]], must: Must | None = None) -> list[Figure]:
    """The best run beside the best that the machine could do in any of them; and the medians, by processor time."""
    limit = max((crypto for _, crypto in runs), key=lambda crypto: crypto.both.wall)
    walls = [speed.wall for speed, _ in runs]
    return [
        Figure(name="Ed25519 verify", value=limit.verify.wall, unit="/s"),
        Figure(name="HPKE open", value=limit.open.wall, unit="/s"),
        Figure(
            name="complaints until the cases are visible",
            value=max(walls),
            unit="/s",
            limit=Limit(BOTH, limit.both.wall),
            must=must,
            note=f"best of runs: {', '.join(f'{wall:,.0f}' for wall in walls)}",
        ),
        Figure(
            name="the same by processor time",
            value=median(speed.cpu for speed, _ in runs),
            unit="/cpu s",
            limit=Limit(f"{BOTH} by processor time", median(crypto.both.cpu for _, crypto in runs)),
            must=must,
            note="median of runs",
        ),
    ]


def _real_kiosk(template: Path, folder: Path, code: str, sizes: Sizes) -> list[Figure]:
    """The kiosk program files complaints one by one without a link, then sends them."""
    data = copied(template, folder / "for-kiosk")
    kiosk = Kiosk(folder, code)
    with serve_centre(data) as server:
        kiosk.enrol(server.port)
        filing_s = kiosk.file(complaints(2, sizes.filed))
        counts, seconds = kiosk.sync()
        wait_for_cases(data, sizes.filed)
    assert counts["pending"] == 0, f"not everything was sent: {counts}"
    return [
        Figure(name="kasih-kiosk file, each line committed", value=sizes.filed / filing_s, unit="/s"),
        Figure(name="kasih-kiosk sync, from start to end", value=sizes.filed / seconds, unit="/s"),
    ]
