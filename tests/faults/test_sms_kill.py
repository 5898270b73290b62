"""kill -9 while SMS come in (`make assurance ARGS=sms` does more of it)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.power import memory_folder
from tests.faults.sms_kills import answer, drain

KILLS = 10


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.mark.slow
@pytest.mark.timeout(300)  # some 45 s on a machine that is not busy otherwise
def test_ten_kills_in_a_drain_of_150_messages_lose_none_and_double_none(folder: Path) -> None:
    toll = drain(KILLS, seed=1, folder=folder / "city")
    assert toll.kills == KILLS


@pytest.mark.slow
@pytest.mark.timeout(200)  # some 20 s
def test_kills_while_replies_go_out_leave_nobody_without_one_and_repeat_only_what_was_unanswered(folder: Path) -> None:
    toll = answer(5, seed=1, folder=folder / "city")
    assert toll.replies >= 40
