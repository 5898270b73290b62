"""The benchmarks run: with next to nothing of everything, real programs, and no word about speed."""

import json
import math

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.figures import Figure, Limit, Must, as_facts


@pytest.mark.parametrize("name", benchmarks.BENCHMARKS)
def test_a_benchmark_ends_with_its_figures_as_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmarks.main(["--quick", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    facts = json.loads(lines[-1])
    assert facts["quick"] is True
    assert list(facts["benchmarks"]) == [name]
    figures = facts["benchmarks"][name]
    assert len(figures) > 3
    for title, figure in figures.items():
        assert math.isfinite(figure["value"])
        assert figure["value"] > 0
        assert any(line.startswith(f"  {title}") for line in lines)


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        benchmarks.main(["nothing-like-it"])
    assert stopped.value.code == 2
    assert "nothing-like-it" in capsys.readouterr().err


def test_a_ratio_is_held_against_its_bound() -> None:
    limit = Limit("the most", 100)
    assert Figure(name="a", value=60, unit="/s", limit=limit, must=Must(">=", 0.6, of="ratio")).holds is True
    assert Figure(name="a", value=59, unit="/s", limit=limit, must=Must(">=", 0.6, of="ratio")).holds is False
    assert Figure(name="a", value=59, unit="/s", must=Must("<=", 60)).holds is True
    assert Figure(name="a", value=59, unit="/s").holds is None


def test_two_figures_of_one_name_are_a_mistake() -> None:
    with pytest.raises(AssertionError, match="called a"):
        as_facts([Figure(name="a", value=1, unit="s"), Figure(name="a", value=2, unit="s")])
