"""20,000 tampered bundles at a real centre (`make assurance ARGS=mutate` sends 100,000 over HTTP)."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.actions.receive_bundle import receive_bundle
from server.store.centre import Centre
from sync_protocol.errors import NotABundleError
from tests.faults.folders import centre_at
from tests.faults.mutations import Assault
from tests.faults.mutations_tier import MEMORY_MB, assure
from tests.faults.power import memory_folder
from tests.server.conftest import sender

BUNDLES, SEEDS = 2_500, 8


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.fixture
def centre(folder: Path) -> Iterator[Centre]:
    with centre_at(folder / "centre") as centre:
        yield centre


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tampered_bundles_crash_nothing_and_leave_nothing_false(centre: Centre, seed: int) -> None:
    assault, seen = Assault(centre, sender(centre), seed), Counter[str]()
    for number in range(BUNDLES):
        try:
            received = receive_bundle(centre, assault.bundle(), via="http")
        except NotABundleError:
            seen["no bundle"] += 1
            continue
        if received.reply and number % 10 == 0:
            assault.check_reply(received.reply)
        for name in ("stored", "known", "unsigned", "foreign", "malformed"):
            seen[name] += getattr(received, name)
    assault.judge()
    assert min(seen[name] for name in ("no bundle", "stored", "known", "unsigned", "foreign", "malformed")) > 10, seen


def test_over_http_each_gets_an_answer_that_is_no_error_of_ours() -> None:
    outcome = assure(300, seed=1)
    assert outcome.failures == []
    assert outcome.figures.keys() >= {"200", "204", "400"}
    assert 0 < outcome.figures["memory_mb"] < MEMORY_MB
