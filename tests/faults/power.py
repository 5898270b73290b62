"""Power cuts: a driver's trace, a crash at many moments of it, and whether the real store is whole after each.

A `Case` names a driver (a process that uses the real store, and says a line only after something was promised) and
a check (which opens the folder that a cut left, and raises `AssertionError` where the promise is broken).
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from msgspec import Struct

from tests.faults.disk import Disk, load, store
from tests.faults.replay import Replay
from tests.faults.syscalls import read_trace, record


class Case(Struct, frozen=True):
    """A store under power cuts."""

    name: str
    prepare: Callable[[Path], None]
    """Makes the folder as it is before the driver starts; all of it is on the disk."""
    driver: str
    """The module that is run as `python -m DRIVER FOLDER SYNCHRONOUS`. Run again, it asks for the same things again."""
    check: Callable[[Path, list[bytes]], None]
    """Given the folder after a cut and the lines that the driver had said."""


class Recording(Struct, frozen=True):
    """One run of a driver."""

    folder: Path
    """Where it ran: its paths are in the trace."""
    trace: Path
    before: Disk
    said: list[bytes]
    """Lines of an earlier run on this disk."""
    moments: list[int]
    """The moments that a power cut can tell apart."""
    syncs: list[int]
    """Of these, the ones just before something is synced."""


class Cut(Struct, frozen=True):
    """A power cut at a moment; the seed says what of the unsynced had reached the disk."""

    moment: int
    seed: int


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder for images, in memory where there is such a place."""
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="kasih-", dir=shm if os.access(shm, os.W_OK) else None) as name:
        yield Path(name)


def run_driver(case: Case, folder: Path, synchronous: str = "FULL") -> Recording:
    """Prepare a folder, run the driver on it under strace, and find the moments worth a cut."""
    root = folder / "root"
    root.mkdir(parents=True)
    case.prepare(root)
    return _record(case, root, Disk(load(root)), [], synchronous)


def run_again(case: Case, recording: Recording, kill: int, folder: Path) -> Recording:
    """Kill the driver at a moment and start it again, with the power on: the disk still owes what was not synced."""
    replay = _replay(recording)
    for moment in replay.run(read_trace(recording.trace)):
        if moment == kill:
            break
    root, disk, said = folder / "root", replay.disk, [*recording.said, *replay.lines()]
    disk.restart()
    store(disk.seen(), root)
    return _record(case, root, disk, said, "FULL")


def _record(case: Case, root: Path, disk: Disk, said: list[bytes], synchronous: str) -> Recording:
    trace = root.with_name("trace")
    record([sys.executable, "-m", case.driver, str(root), synchronous], trace)
    moments, syncs = [0], []
    replay = Replay(root, disk.copy())
    for moment in replay.run(read_trace(trace)):
        if replay.last in ("fsync", "fdatasync"):
            syncs.append(moments[-1])
        moments.append(moment)
    return Recording(root, trace, disk, said, moments[1:], [moment for moment in syncs if moment])


def choose_cuts(moments: list[int], count: int, seed: int) -> list[Cut]:
    """Spread cuts over the moments: each once before any comes twice."""
    random = Random(seed)
    chosen: list[int] = []
    while len(chosen) < count:
        chosen += random.sample(moments, min(count - len(chosen), len(moments)))
    return [Cut(moment, random.getrandbits(32)) for moment in chosen]


def try_cuts(case: Case, recording: Recording, cuts: list[Cut], images: Path) -> list[str]:
    """Check the store after each cut; give a line for each that broke a promise."""
    failures = []
    at: dict[int, list[int]] = {}
    for cut in cuts:
        at.setdefault(cut.moment, []).append(cut.seed)
    replay = _replay(recording)
    for moment in replay.run(read_trace(recording.trace)):
        for seed in at.get(moment, []):
            image = images / f"{moment}-{seed}"
            store(replay.disk.crash(Random(seed)), image)
            if failure := _failure(case, image, [*recording.said, *replay.lines()]):
                failures.append(f"{case.name}, cut at {moment} with {seed}: {failure}")
            shutil.rmtree(image)
    return failures


def _replay(recording: Recording) -> Replay:
    return Replay(recording.folder, recording.before.copy())


def _failure(case: Case, image: Path, said: list[bytes]) -> str:
    try:
        case.check(image, said)
    except Exception as error:  # noqa: BLE001  a store that cannot be opened fails in ways of its own
        return f"{type(error).__name__}: {error}"
    return ""
