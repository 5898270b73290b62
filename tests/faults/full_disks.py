"""Both stores on disks with a given number of pages left: what was promised stands, what was refused can be repeated."""

import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from msgspec import Struct

from kiosk_agent.errors import NotReadableError, NotSavedError
from kiosk_agent.intake import Form
from kiosk_agent.kiosk import Kiosk, open_kiosk
from kiosk_agent.sync.engine import Engine
from kiosk_agent.sync.transport import RefusedError
from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.errors import StorageError
from server.store import ledger
from server.store.centre import Centre, open_centre
from tests.assurance import Outcome, in_parallel
from tests.faults.folders import centre_at, kiosk_at
from tests.faults.power import memory_folder
from tests.faults.small_disk import small_disk
from tests.faults.town import found, texts_of

logging.getLogger("kiosk_agent").addHandler(logging.NullHandler())  # It would tell of each refusal.

DISK = 4 * 1_048_576
FORMS = 40
"""Enough to fill every number of pages that is tried."""
SMALL_BUDGET = 2_500
"""Bytes of a bundle, so that a disk fills between two exchanges of one run."""
SIZES = [*range(24), *range(24, 96, 3)]
"""Pages left on the 48 disks of the long tier."""


class Straight:
    """A way to a centre in this process that answers as its HTTP server does."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def send(self, bundle: bytes) -> bytes:
        try:
            reply = receive_bundle(self._centre, bundle, via="http").reply
        except StorageError:
            raise RefusedError(503) from None
        assert reply is not None
        return reply

    def close(self) -> None:
        """Nothing is open."""


def forms() -> list[Form]:
    made = []
    for number in range(FORMS):
        text = f"Laporan {number:03}: " + os.urandom(100).hex()
        made.append(Form(ref=os.urandom(16), category="AIR", kelurahan="53.71.01.1001", text=text, name="Ina"))
    return made


def file_all(kiosk: Kiosk, given: list[Form]) -> dict[bytes, str]:
    """File each; the number of each that was said to be stored, by its reference."""
    numbers = {}
    for form in given:
        try:
            numbers[form.ref] = kiosk.intake.file(form).number
        except NotSavedError:
            continue
    return numbers


class Refused(Struct):
    """What a full disk did not take."""

    opening: int = 0
    filing: int = 0
    exchanges: int = 0


def fill_kiosk(template: Path, pages: int) -> Refused:
    """File at a kiosk until its disk is full, sync, make room, and file again what was refused.

    Raises:
        AssertionError: a promise was broken.
    """
    refused, given = Refused(), forms()
    with memory_folder() as folder, small_disk(DISK) as disk, centre_copy(template, folder) as centre:
        os.environ["KASIH_KEY_DIR"] = str(template / "keys")
        data = Path(shutil.copytree(template / "kiosk", disk.folder / "kiosk"))
        disk.fill(pages)
        try:
            kiosk = open_kiosk(data, wait_s=0)
        except NotReadableError:
            refused.opening = 1
            disk.free()
            kiosk = open_kiosk(data, wait_s=0)
            disk.fill(pages)
        try:
            promised = file_all(kiosk, given)
            refused.filing = FORMS - len(promised)
            refused.exchanges = exchange(kiosk, centre)
            again = file_all(kiosk, given)
            assert all(promised.get(ref, number) == number for ref, number in again.items()), "another number"
            disk.free()
            numbers = file_all(kiosk, given)
            assert len(numbers) == FORMS, "there is room, and still not everything can be stored"
            assert numbers.items() >= (promised | again).items(), "a promise was forgotten"
            assert exchange(kiosk, centre) == 0
        finally:
            kiosk.close()
        fold(centre)
        assert texts_of(centre) == Counter(form.text for form in given)
        with kiosk_at(data, template / "keys") as kiosk:
            assert file_all(kiosk, given) == numbers, "after a restart it is another story"
    return refused


def fill_centre(template: Path, pages: int) -> Refused:
    """Sync with a centre until its disk is full, make room, and sync again.

    Raises:
        AssertionError: a promise was broken.
    """
    refused, given = Refused(), forms()
    with memory_folder() as folder, small_disk(DISK) as disk:
        data = Path(shutil.copytree(template / "centre", disk.folder / "centre"))
        kiosk_data = Path(shutil.copytree(template / "kiosk", folder / "kiosk"))
        disk.fill(pages)
        try:
            centre = open_centre(data, threads=False)
        except StorageError:
            refused.opening = 1
            disk.free()
            centre = open_centre(data, threads=False)
            disk.fill(pages)
        try:
            with kiosk_at(kiosk_data, template / "keys") as kiosk:
                file_all(kiosk, given)
                refused.exchanges = exchange(kiosk, centre)
                assert received(kiosk) <= durable(data, folder / "copy"), "a receipt for what is not on the disk"
                with suppress(StorageError):
                    fold(centre)
                disk.free()
                assert exchange(kiosk, centre) == 0
                assert kiosk.store.pending() == 0
            fold(centre)
            assert texts_of(centre) == Counter(form.text for form in given)
        finally:
            centre.close()
    return refused


@contextmanager
def centre_copy(template: Path, folder: Path) -> Iterator[Centre]:
    shutil.copytree(template / "centre", folder / "centre")
    with centre_at(folder / "centre") as centre:
        yield centre


def exchange(kiosk: Kiosk, centre: Centre) -> int:
    """One run of exchanges; 1 where it failed. What the kiosk then takes for received, the centre holds."""
    outcome = Engine(kiosk.store, kiosk.clock, budget=SMALL_BUDGET).run(Straight(centre))
    ids = received(kiosk)
    held = centre.read(lambda connection: ledger.held_ids(connection, list(ids)))
    assert held == ids, "marked as received, and not there"
    return int(outcome.error is not None)


def received(kiosk: Kiosk) -> set[bytes]:
    """What the kiosk takes for received."""
    upto = kiosk.store.received_seq()
    return {held.id for held in kiosk.store.own_after(0) if held.seq <= upto}


def durable(data: Path, copy: Path) -> set[bytes]:
    """The entries that a centre would find after a restart on a disk with room."""
    shutil.copytree(data, copy)
    (copy / "centre.sqlite3-shm").unlink(missing_ok=True)
    with centre_at(copy) as centre:
        return {row["id"] for row in centre.read(lambda connection: list(ledger.all_entries(connection)))}


def assure(count: int, seed: int) -> Outcome:
    """The long tier: `count` disks for each of the two stores."""
    with memory_folder() as folder:
        template = found(folder)
        jobs = [
            partial(_tried, fill, template, pages)
            for pages in (SIZES * count)[:count]
            for fill in (fill_kiosk, fill_centre)
        ]
        told = in_parallel(jobs, "disks")
    results = [each for each in told if isinstance(each, Refused)]
    figures = {name: sum(getattr(each, name) for each in results) for name in Refused.__struct_fields__}
    return Outcome(count=len(jobs), failures=[each for each in told if isinstance(each, str)], figures=figures)


def _tried(fill: Callable[[Path, int], Refused], template: Path, pages: int) -> Refused | str:
    try:
        return fill(template, pages)
    except Exception as error:  # noqa: BLE001  whatever a full disk brings up is a finding
        return f"{fill.__name__}, {pages} pages: {type(error).__name__}: {error}"
