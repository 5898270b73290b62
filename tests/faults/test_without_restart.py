"""A kiosk that runs on while its network lies to it, and is in order again when that is over."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.actions.fold_entries import fold
from server.store.centre import Centre, open_centre
from tests.faults.agent import running
from tests.faults.middlebox import ENDLESS, Middlebox, redirects, resets, says
from tests.faults.power import memory_folder
from tests.faults.town import found, texts_of, wait_until
from tests.kiosk_agent.server_peer import Handle
from tests.server.conftest import serving

ARRIVED, SAVED = "Sudah sampai di pusat", "Laporan Anda SUDAH TERSIMPAN di kios ini."


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield found(folder)


@pytest.fixture
def centre(folder: Path) -> Iterator[Centre]:
    centre = open_centre(folder / "centre")
    yield centre
    centre.close()


@pytest.fixture
def box(centre: Centre) -> Iterator[Middlebox]:
    with serving(centre) as live:
        box = Middlebox(live.port)
        yield box
        box.close()


def old_reply(box: Middlebox) -> bytes:
    """What the centre said last, to be said again."""
    assert box.last_reply
    return box.last_reply


def test_a_kiosk_lives_through_every_false_answer_without_a_restart(
    folder: Path, centre: Centre, box: Middlebox
) -> None:
    env = {"KASIH_KEY_DIR": str(folder / "keys"), "KASIH_SERVER": box.url}
    with running(folder / "kiosk", folder / "kiosk.log", env) as agent:
        wait_until(lambda: bool(box.last_reply), "the first exchange")
        faults: dict[str, Handle] = {
            "portal": says(200),
            "redirect": redirects,
            "broken": says(500),
            "gateway": says(502),
            "busy": says(503, Retry_After="1"),
            "old": says(200, old_reply(box)),
            "slow": box.dripped(0.02),
            "endless": ENDLESS["an endless bundle"],
            "hang-up": resets,
        }
        said: Counter[str] = Counter()
        for name, handle in faults.items():
            asked, box.handle = box.asked, handle
            said[f"Laporan saat {name}"] += 1
            browser, page = agent.send_page(text=f"Laporan saat {name}")
            assert page.path == "/lapor/bukti"
            assert SAVED in page.text
            wait_until(lambda asked=asked: box.asked >= asked + 2, f"tries under {name}")  # type: ignore[misc]
            wait_until(lambda: agent.status().last_error != "", f"{name} is noted")
            assert ARRIVED not in browser.get("/lapor/bukti").text
            assert ARRIVED not in browser.get("/lapor/kabar").text
            assert agent.status().queue >= 1
            box.handle = box.forward
            wait_until(lambda: agent.status().queue == 0, f"{name} is over")
            assert ARRIVED in browser.get("/lapor/kabar").text
            assert agent.status().last_error == ""
        fold(centre)
        assert texts_of(centre) == said
