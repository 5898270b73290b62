"""Draw the state machines of sync_protocol/states.py as Mermaid diagrams: python scripts/draw_states.py.

`scripts/fill_protocol.py` puts them into docs/protocol.md, and a test catches a stale one.
"""

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from sync_protocol import states

MACHINES: dict[str, tuple[str, Mapping[tuple[Any, Any], StrEnum], StrEnum]] = {
    "enrolment": ("What a kiosk knows of its own standing", states.ENROLMENT, states.Enrolment.NEW),
    "sync": ("What the sync of a kiosk is doing", states.SYNC, states.Sync.IDLE),
    "device": ("What the server holds of a log", states.DEVICE, states.Device.UNKNOWN),
}


def draw(table: Mapping[tuple[Any, Any], StrEnum], start: StrEnum) -> str:
    """One machine: an arrow for each pair of states, with all events that lead along it."""
    arrows: dict[tuple[StrEnum, StrEnum], list[str]] = {}
    for (state, event), after in table.items():
        arrows.setdefault((state, after), []).append(event.value)
    lines = ["stateDiagram-v2", f"    [*] --> {start.name}"]
    lines += [f"    {state.name} --> {after.name}: {', '.join(events)}" for (state, after), events in arrows.items()]
    return "\n".join(lines)


def diagrams() -> str:
    """All machines, as they stand in the documentation."""
    parts = []
    for title, table, start in MACHINES.values():
        parts.append(f"{title}:\n\n```mermaid\n{draw(table, start)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(diagrams())
