"""One seed from beginning to end, and many of them."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from sync_protocol.errors import ProtocolError
from tests.assurance import Outcome, in_parallel
from tests.simulation.bugs import BUGS, Plant
from tests.simulation.judge import BrokenPromiseError, judge
from tests.simulation.template import make_template
from tests.simulation.world import World

STEPS = 70
_MEMORY = Path("/dev/shm")
"""A disk that costs nothing to sync, where there is one; durability is what tests/faults is for."""


def run(seed: int, steps: int = STEPS) -> bytes:
    """Live through a seed and judge it; gives a digest of the ledger, the same for the same seed.

    Raises:
        BrokenPromiseError: something was lost, doubled, invented, or never settles.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"kasih-{seed}-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        world = World(seed, folder, _template())
        try:
            world.live(steps)
            judge(world)
            return world.centre.digest()
        finally:
            world.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kasih-template-", dir=_MEMORY if _MEMORY.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("KASIH_KEY_DIR", str(folder / "keys"))
    make_template(folder)
    return folder


def find(plant: Plant, seeds: Iterable[int]) -> int | None:
    """The first of the seeds at which the judge notices a planted bug."""
    with plant():
        for seed in seeds:
            try:
                run(seed)
            except (BrokenPromiseError, ProtocolError):
                return seed
    return None


def plant_each(count: int, seed: int) -> Outcome:
    """Plant each bug of `bugs.py`; each must be noticed within `count` seeds."""
    jobs = [partial(_plant, name, range(seed, seed + count)) for name in BUGS]
    found = in_parallel(jobs, "bugs")
    return Outcome(
        count=len(BUGS),
        failures=[f"not noticed within {count} seeds: {name}" for name, seed_ in found if seed_ is None],
        figures={name: seed_ for name, seed_ in found if seed_ is not None},
    )


def _plant(name: str, seeds: Iterable[int]) -> tuple[str, int | None]:
    return name, find(BUGS[name], seeds)
