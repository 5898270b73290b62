"""Whatever the power does: what was acknowledged is there, whole, once; and the store goes on."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.faults import centre_power, founding_power, keeping_power, kiosk_power
from tests.faults.power import Case, Recording, choose_cuts, memory_folder, run_driver, try_cuts
from tests.faults.power_tier import second_life

KIOSK, CENTRE = kiosk_power.CASE, centre_power.CASE
FOUNDING, KEEPING = founding_power.CASE, keeping_power.CASE
Run = Callable[..., Recording]

pytestmark = pytest.mark.usefixtures("strace")


def each(*cases: Case) -> pytest.MarkDecorator:
    """A test for each store; those of one store share a process, and with it the recording of its driver."""
    params = [pytest.param(case, id=case.name) for case in cases]
    return pytest.mark.parametrize("case", params)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Run a driver once, however many tests ask."""

    @cache
    def run(case: Case, synchronous: str = "FULL") -> Recording:
        return run_driver(case, folder / f"{case.name}-{synchronous}", synchronous)

    return run


@each(KIOSK, CENTRE, FOUNDING, KEEPING)
def test_a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged(case: Case, run: Run, folder: Path) -> None:
    recording = run(case)
    cuts = choose_cuts(recording.moments, 20 if case in (KIOSK, CENTRE) else 10, seed=1)
    assert try_cuts(case, recording, cuts, folder) == []


@each(KIOSK, CENTRE)
def test_what_is_acknowledged_again_after_a_kill_survives_a_power_cut_as_well(
    case: Case, run: Run, folder: Path
) -> None:
    recording = run(case)
    assert second_life(case, recording, recording.syncs[3], folder / f"{case.name}-again", count=12, seed=1) == []


@each(KIOSK, CENTRE)
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_a_commit_that_does_not_wait_for_the_disk_is_caught(
    case: Case, synchronous: str, run: Run, folder: Path
) -> None:
    recording = run(case, synchronous)
    failures = try_cuts(case, recording, choose_cuts(recording.moments, 12, seed=1), folder)
    assert any("lost" in failure for failure in failures)
