"""One seed from beginning to end, and many of them."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.simulation.judge import judge
from tests.simulation.template import make_template
from tests.simulation.world import World

STEPS = 70
_MEMORY = Path("/dev/shm")  # noqa: S108  A disk that costs nothing to sync; durability is what tests/faults is for.


def run(seed: int, steps: int = STEPS) -> World:
    """Live through a seed and judge it.

    Raises:
        BrokenPromiseError: something was lost, doubled, invented, or never settles.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"kasih-{seed}-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        world = World(seed, folder, _template())
        try:
            world.live(steps)
            judge(world)
        finally:
            world.close()
        return world
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kasih-template-", dir=_MEMORY if _MEMORY.is_dir() else None))
    make_template(folder)
    return folder
