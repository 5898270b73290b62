"""What a command gives back to the terminal."""

from collections.abc import Iterable

from msgspec import Struct


class Reply(Struct):
    """Lines of information, and what comes after them."""

    lines: tuple[str, ...] = ()
    final: str = "OK"
    """The result code; empty where none comes."""
    wants_text: bool = False
    """The command asks for a text with `> ` before it is done."""
    restarts: bool = False
    """The modem restarts behind its answer."""


def ok(*lines: str) -> Reply:
    return Reply(lines)


def quoted(names: Iterable[str]) -> str:
    """A list of words as =? gives it: ("SM","ME")."""
    return "(" + ",".join(f'"{name}"' for name in names) + ")"


RESULT_NUMBERS = {"OK": 0, "CONNECT": 1, "RING": 2, "NO CARRIER": 3, "ERROR": 4, "NO DIALTONE": 6, "BUSY": 7}
"""What ATV0 says instead (ITU-T V.250 table 1)."""
