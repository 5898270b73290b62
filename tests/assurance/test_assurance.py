"""What the long fault tests share, and that each of them is there to be run."""

import subprocess
import sys

import pytest

from tests.assurance import of_seeds
from tests.assurance.__main__ import TIERS, load


def even(seed: int) -> None:
    assert seed % 2 == 0, "odd"


def test_a_failing_seed_is_counted_and_named_so_that_it_can_be_run_alone() -> None:
    outcome = of_seeds(even, 5, 10, "even")
    assert outcome.count == 5
    assert sorted(line.split(":")[0] for line in outcome.failures) == ["SEED=11 COUNT=1", "SEED=13 COUNT=1"]
    assert of_seeds(even, 1, 10, "even").failures == []


@pytest.mark.parametrize("name", TIERS)
def test_each_tier_can_be_loaded(name: str) -> None:
    assert callable(load(TIERS[name], name))


def test_a_tier_that_does_not_exist_is_refused_with_the_names_of_those_that_do() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.assurance", "karma"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "karma" in done.stderr
    assert subprocess.run([sys.executable, "-m", "tests.assurance", "--help"], capture_output=True).returncode == 0
