"""Exchanges that are cut, and lines that die again and again (`make assurance ARGS=cuts` takes every byte)."""

from collections.abc import Iterator
from itertools import cycle, product

import pytest

from tests.faults.cuts import COMPLAINTS, Cut, Layout, cross, heal, learn, try_cut
from tests.faults.power import memory_folder
from tests.faults.relay import Ending
from tests.faults.town import Town, found, town_at

SPREAD = 5
"""Further positions, between the boundaries."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    """A town for all these tests: each of them leaves it in order."""
    with memory_folder() as folder, town_at(found(folder / "template"), folder) as town:
        yield town


@pytest.fixture
def town(shared: Town) -> Town:
    assert heal(shared).error is None
    return shared


def at_place(request: Layout, reply: Layout, way: str, mark: int, offset: int) -> int:
    """The byte at an offset from a boundary; with mark -1, one of those spread in between."""
    layout = request if way == "up" else reply
    return max(1, layout.marks[mark] + offset if mark >= 0 else layout.size * (offset + 1) // (SPREAD + 2))


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_cut_at_a_boundary_or_between_marks_loses_and_doubles_nothing(town: Town, way: str, *, reset: bool) -> None:
    head, reply = learn(town)
    # A request's layout is known beforehand to the byte, a reply's to a few.
    near = (-1, 0, 1) if way == "up" else range(-2, 3)
    parts = len(reply.marks) if way == "down" else len(reply.marks) + COMPLAINTS - 1
    places = [(mark, offset) for mark in range(parts) for offset in near] + [(-1, at) for at in range(SPREAD)]
    manners = cycle(product((False, True), repeat=2))
    tried = set()
    for mark, offset in places:
        kept, healed = next(manners)

        def choose(
            request: Layout, place: tuple[int, int] = (mark, offset), manner: tuple[bool, bool] = (kept, healed)
        ) -> Cut:
            return Cut(way, at_place(request, reply, way, *place), reset=reset, kept=manner[0], healed=manner[1])

        tried.add(try_cut(town, choose, head).at)
    town.judge()
    assert len(tried) > len(places) // 2


def test_a_connection_that_is_refused_leaves_everything_for_the_next_run(town: Town) -> None:
    head, _ = learn(town)
    for way, reset in product(("up", "down"), (False, True)):
        try_cut(town, lambda _, way=way, reset=reset: Cut(way, 0, reset=reset, healed=False), head)  # type: ignore[misc]
    town.judge()


@pytest.mark.parametrize(
    ("ending", "news", "most"),
    [
        (Ending(up=2_048), 0, 55),
        (Ending(down=2_048), 50, 35),
        (Ending(both=2_048, reset=True), 0, 65),
        (Ending(both=2_048), 0, 65),
        (Ending(both=8_192, reset=True), 50, 22),
    ],
    ids=str,
)
def test_a_line_that_dies_again_and_again_brings_a_hundred_complaints_in_one_run(
    town: Town, ending: Ending, news: int, most: int
) -> None:
    crossing = cross(town, ending, news=news)
    town.judge()
    assert 4 < crossing.connections <= most
    if news == 0 and not ending.reset:  # A reset may take away what the centre has not read yet.
        assert crossing.longest_standstill == 0, "a connection brings nothing new"


def test_what_is_too_large_for_the_line_holds_back_nothing_that_goes_the_other_way(town: Town) -> None:
    ids = [town.file() for _ in range(20)]
    town.say({"large": bytes(range(256)).hex() * 8})
    town.way.close()
    town.relay.ending = Ending(down=600)
    outcome = town.sync()
    assert outcome.error is not None, "the news cannot have come"
    assert (outcome.accepted, outcome.received) == (20, 0)
    assert town.held(ids) == town.received(ids) == set(ids)
    assert heal(town).received == 1
    town.judge()
