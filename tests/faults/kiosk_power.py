"""The kiosk's store under power cuts.

As a program it is the driver: it files complaints with the real intake, syncs now and then with a centre that lies
beside the watched folder (if there is one), and says a line only after `Intake.file` has returned.
"""

import json
import os
import sys
from pathlib import Path

from kiosk_agent.intake import Filed, Form
from kiosk_agent.kiosk import Kiosk
from server.actions.issue_code import issue_code
from sync_protocol.entry import NO_PREV, parse_entry, verify_entry
from sync_protocol.kinds import Kind
from sync_protocol.receipt import write_receipt
from tests.faults.folders import UNIT, centre_at, enrol, exchange, kiosk_at
from tests.faults.power import Case

SITTINGS, FORMS = 3, 6
"""How often the driver opens the store, and how many forms it files each time."""
_CHECKPOINT_PAGES = 30
"""Far fewer than in earnest, so that checkpoints fall among a few forms."""


def form(number: int) -> Form:
    """The form with this number."""
    text = f"Keluhan {number}: jalan berlubang di depan pasar. " * (1 + number % 7)
    return Form(ref=number.to_bytes(16), category="AIR", kelurahan="53.71.01.1001", text=text, name="Ina")


def prepare(root: Path) -> None:
    """A kiosk that is enrolled and has filed nothing."""
    with centre_at(_centre(root)) as centre:
        enrol(root / "data", root / "keys", centre, issue_code(centre, UNIT, actor="test"))


def drive(root: Path, synchronous: str) -> None:
    """File forms, and say each answer after it was given."""
    for sitting in range(SITTINGS):
        with kiosk_at(root / "data", root / "keys") as kiosk:
            set_pragmas(kiosk, synchronous)
            for number in range(sitting * FORMS, (sitting + 1) * FORMS):
                say(number, kiosk.intake.file(form(number)))
                if number % 4 == 3 and _centre(root).exists():
                    with centre_at(_centre(root)) as centre:
                        exchange(kiosk, centre)


def set_pragmas(kiosk: Kiosk, synchronous: str) -> None:
    """Checkpoint often; and let a test weaken what COMMIT means, to see that it notices."""
    with kiosk.store.disk.reading() as connection:
        connection.execute(f"pragma wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute(f"pragma synchronous = {synchronous}")


def say(number: int, filed: Filed) -> None:
    """Give a form's answer to whoever listens, in one write."""
    facts = {"form": number, "number": filed.number, "pin": filed.pin, "receipt": filed.receipt}
    os.write(1, json.dumps({**facts, "entry": filed.entry_id.hex()}).encode() + b"\n")


def check(image: Path, said: list[bytes]) -> None:
    """Open what a cut left and hold it to what was said.

    Raises:
        AssertionError: a promise is broken.
    """
    # A driver that was killed and started again has said some answers twice.
    answers = list({line["form"]: line for line in map(json.loads, said)}.values())
    with kiosk_at(image / "data", image / "keys") as kiosk:
        with kiosk.store.disk.reading() as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        complaints = _read_log(kiosk)
        for answer in answers:
            receipt = complaints.get(answer["entry"])
            assert receipt is not None, f"form {answer['form']} was answered and is lost"
            # The receipt holds header, hash of the body and signature: with it every byte of the entry is the same.
            assert receipt == answer["receipt"], f"form {answer['form']} was altered"
            again = kiosk.intake.file(form(answer["form"]))
            assert (again.repeated, again.number, again.pin) == (True, answer["number"], answer["pin"])
        # Only the form at hand may be stored without an answer.
        at_hand = len(complaints) - len(answers)
        assert at_hand in (0, 1), f"{at_hand} complaints that nobody was told of"
        assert kiosk.intake.file(form(len(answers))).repeated == bool(at_hand), "half filed"
        assert not kiosk.intake.file(form(10_000)).repeated
        assert len(_read_log(kiosk)) == len(answers) + 2
        assert kiosk.centre.is_ready, "what the centre had sent is gone"


def _read_log(kiosk: Kiosk) -> dict[str, str]:
    """Check the whole own log and give the receipts of its complaints by entry id."""
    complaints = {}
    before, key = NO_PREV, kiosk.store.device.sign.public_key()
    for seq, held in enumerate(kiosk.store.own_after(0), start=1):
        assert held.raw is not None, f"entry {seq} does not fit its digest"
        entry = parse_entry(held.raw)
        verify_entry(entry, key)
        assert (entry.seq, entry.prev) == (seq, before), f"the chain breaks at {seq}"
        before = entry.id
        if entry.kind == Kind.COMPLAINT:
            complaints[entry.id.hex()] = write_receipt(entry)
    return complaints


def _centre(root: Path) -> Path:
    return root.with_name("centre")


CASE = Case("kiosk", prepare, "tests.faults.kiosk_power", check)

if __name__ == "__main__":
    drive(Path(sys.argv[1]), sys.argv[2])
