"""Fill the parts of docs/modem.md that follow from the code: python scripts/fill_modem.py [--check].

A part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`: the diagram of the modem's machine, the states, and
the quirks of makes and models.
"""

import ast
import sys
from itertools import pairwise
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from firmware_bridge.quirks import Quirk, known
from firmware_bridge.states import TRANSITIONS, State
from scripts import filling
from scripts.draw_states import draw

DOCUMENT = PROJECT / "docs" / "modem.md"


def diagram() -> str:
    return f"```mermaid\n{draw(TRANSITIONS, State.CLOSED)}\n```"


def states() -> str:
    """What each state is for, from the strings below its members."""
    texts = _member_texts()
    rows = [f"| {state.name} | {texts.get(state.name, '')} |" for state in State]
    return "\n".join(["| State | What is done |", "| --- | --- |", *rows])


def _member_texts() -> dict[str, str]:
    tree = ast.parse((PROJECT / "firmware_bridge" / "states.py").read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "State")
    found = {}
    for member, below in pairwise(body):
        if isinstance(member, ast.Assign) and isinstance(below, ast.Expr) and isinstance(member.targets[0], ast.Name):
            found[member.targets[0].id] = str(ast.literal_eval(below.value))
    return found


def quirks() -> str:
    rows = [f"| {quirk.name} | {quirk.why} | {_differences(quirk)} |" for quirk in known()]
    return "\n".join(["| Modems | What is peculiar | What we do |", "| --- | --- | --- |", *rows])


def _differences(quirk: Quirk) -> str:
    told = {
        "setup": "also send {}",
        "boot": "take {} for a restart",
        "chatter": "pass over {}",
        "indications": "AT+CNMI={}",
        "storages": "sweep {}",
        "storage_names": "AT+CPMS with {} names",
        "first_slot": "places from {} on",
        "ussd": "codes {}",
        "reset": "reset by {}",
    }
    parts = []
    for name, text in told.items():
        value = getattr(quirk, name)
        if value or (name == "first_slot" and value is not None):
            shown = ", ".join(f"`{part}`" for part in value) if isinstance(value, tuple) else f"`{value}`"
            parts.append(text.format(shown))
    if quirk.listing == "slots":
        parts.append("read place by place with AT+CMGR")
    return "; ".join(parts)


PARTS = {"diagram": diagram, "states": states, "quirks": quirks}


def fill(text: str) -> str:
    """The document with its parts as the code has them."""
    return filling.fill(text, PARTS)


if __name__ == "__main__":
    filling.run(DOCUMENT, PARTS, "fill_modem.py")
