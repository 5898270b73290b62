"""docs/modem.md says what the code does."""

import re
import subprocess
import sys
from pathlib import Path

from firmware_bridge.cli import main
from firmware_bridge.quirks import known
from firmware_bridge.states import TRANSITIONS, State
from firmware_bridge.troubles import Trouble
from scripts import fill_modem

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "modem.md").read_text(encoding="utf-8")


def test_no_part_is_stale() -> None:
    assert fill_modem.fill(TEXT) == TEXT, "run scripts/fill_modem.py"


def test_the_script_says_so_where_it_is() -> None:
    script = PROJECT / "scripts" / "fill_modem.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_move_is_drawn_and_every_state_explained() -> None:
    for (state, event), after in TRANSITIONS.items():
        assert re.search(rf"^    {state.name} --> {after.name}: .*{re.escape(event.value)}", TEXT, re.MULTILINE)
    for state in State:
        assert re.search(rf"^\| {state.name} \| .+ \|$", TEXT, re.MULTILINE)


def test_every_quirk_has_its_row() -> None:
    for quirk in known():
        assert f"| {quirk.name} | {quirk.why} | " in TEXT
    assert "|  |" not in TEXT


def test_every_trouble_has_its_advice() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \| .+ \| .+ \|$", TEXT, re.MULTILINE)
    assert told == [trouble.value for trouble in Trouble]


def test_the_commands_exist() -> None:
    for name in re.findall(r"^kasih-modem ([a-z]+)", TEXT, re.MULTILINE):
        assert name in main.commands
