"""The first hour of a centre and a kiosk, both on one disk that loses power.

As a program it is the driver: it founds the centre, prints a code, enrols the kiosk, files, and says each step after
it was done. Whatever a cut leaves, the same steps once more must come to their end.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from server.actions.fold_entries import fold
from server.actions.issue_code import issue_code
from tests.faults.folders import UNIT, centre_at, enrol, exchange, kiosk_at
from tests.faults.kiosk_power import form, say, set_pragmas
from tests.faults.power import Case

FORMS = 2


def prepare(root: Path) -> None:
    """A folder in which there is nothing yet."""
    assert root.is_dir()


def drive(root: Path, synchronous: str) -> None:
    """Take each step and say so."""
    with centre_at(root / "centre") as centre:
        tell(step="founded")
        code = issue_code(centre, UNIT, actor="test")
        tell(step="code", code=code)
        enrol(root / "data", root / "keys", centre, code)
        tell(step="enrolled")
        with kiosk_at(root / "data", root / "keys") as kiosk:
            set_pragmas(kiosk, synchronous)
            for number in range(FORMS):
                say(number, kiosk.intake.file(form(number)))
            exchange(kiosk, centre)


def tell(**facts: str) -> None:
    """Say a step, in one write."""
    os.write(1, json.dumps(facts).encode() + b"\n")


def check(image: Path, said: list[bytes]) -> None:
    """Take the same steps again on what a cut left.

    Raises:
        AssertionError: a step that was said to be done is not, or cannot be done any more.
    """
    lines: list[dict[str, Any]] = [json.loads(line) for line in said]
    steps = {line["step"]: line for line in lines if "step" in line}
    answers = {line["form"]: line for line in lines if "form" in line}
    assert "founded" not in steps or (image / "centre" / "centre.keys").stat().st_size, "the centre's keys are gone"
    with centre_at(image / "centre") as centre:
        if "enrolled" in steps:
            with kiosk_at(image / "data", image / "keys") as kiosk:
                assert kiosk.centre.is_ready, "enrolled, but without what the centre had sent"
        code = steps["code"]["code"] if "code" in steps else issue_code(centre, UNIT, actor="test")
        enrol(image / "data", image / "keys", centre, code)
        with kiosk_at(image / "data", image / "keys") as kiosk:
            filed = [kiosk.intake.file(form(number)) for number in range(FORMS)]
            for number, answer in answers.items():
                assert filed[number].repeated, f"form {number} was answered and is lost"
                assert filed[number].number == answer["number"]
            exchange(kiosk, centre)
        fold(centre)
        numbers = [row["number"] for row in centre.read(lambda c: c.execute("select number from cases").fetchall())]
        assert sorted(numbers) == sorted(one.number for one in filed), "the centre has other cases"


CASE = Case("founding", prepare, "tests.faults.founding_power", check)

if __name__ == "__main__":
    drive(Path(sys.argv[1]), sys.argv[2])
