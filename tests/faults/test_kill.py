"""kill -9 of the real programs at random moments (`make assurance ARGS=kill` does more of it)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.kills import live_through
from tests.faults.power import memory_folder

KILLS = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.mark.slow
@pytest.mark.timeout(300)  # some 20 s on a machine that is not busy otherwise
def test_twenty_kills_lose_nothing_that_was_answered_and_double_nothing(folder: Path) -> None:
    toll = live_through(KILLS, seed=1, folder=folder / "city")
    assert min(toll.kills.get(name, 0) for name in ("kiosk", "server", "file")) > 0
    assert toll.answered > KILLS
