"""kill -9 of the real programs at random moments (`make assurance ARGS=kill` does more of it)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.kills import live_through
from tests.faults.power import memory_folder

KILLS = 10
SEEDS = (1, 2)


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.mark.slow
@pytest.mark.timeout(300)  # some 10 s on a machine that is not busy otherwise
@pytest.mark.parametrize("seed", SEEDS)
def test_ten_kills_in_each_of_two_cities_lose_nothing_that_was_answered_and_double_nothing(
    seed: int, folder: Path
) -> None:
    toll = live_through(KILLS, seed=seed, folder=folder / "city")
    assert min(toll.kills.get(name, 0) for name in ("kiosk", "server", "file")) > 0
    assert toll.answered > KILLS
