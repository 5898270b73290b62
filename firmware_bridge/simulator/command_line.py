"""A command line of a terminal, taken apart (ITU-T V.250 section 5.2; 3GPP TS 27.007 section 4)."""

import re

from msgspec import Struct

MAX_CALLS = 40

_EXTENDED = re.compile(r"([+^*%$#!@_][A-Z0-9]+)(=\?|\?|=)?", re.IGNORECASE)
_BASIC = re.compile(r"([&\\]?[A-Z])(\d*)(\?|=(\?|\d*))?", re.IGNORECASE)


class Call(Struct, frozen=True):
    """One command of a line."""

    name: str
    """Without its plus: `CMGL`; of a basic command its letter: `E`, `&F`; of makers' own commands all: `^CURC`."""
    form: str = "run"
    """`run` (AT+CPAS, ATE0), `read` (AT+CSQ?), `test` (AT+CMGL=?) or `set` (AT+CMGF=0)."""
    arguments: tuple[str, ...] = ()
    """Without their quotes; an empty text is an argument that was left out."""

    def number(self, position: int, default: int) -> int | None:
        """The argument as a number; None where it is something else."""
        text = self.arguments[position].strip() if position < len(self.arguments) else ""
        if not text:
            return default
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def text(self, position: int, default: str = "") -> str:
        return self.arguments[position] if position < len(self.arguments) and self.arguments[position] else default


def split_arguments(text: str) -> tuple[str, ...]:
    """Split at commas outside quotes, and take the quotes away."""
    parts, current, quoted = [], "", False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return (*parts, current.strip() if not quoted else current)


def _end_of_extended(line: str, start: int) -> int:
    quoted = False
    for position in range(start, len(line)):
        if line[position] == '"':
            quoted = not quoted
        elif line[position] == ";" and not quoted:
            return position
    return len(line)


def split_line(line: str) -> list[Call] | None:
    """The commands of a line without its AT; None where it is no command line."""
    calls: list[Call] = []
    position = 0
    while position < len(line) and len(calls) < MAX_CALLS:
        if line[position] in " ;":
            position += 1
        elif line[position] in "Dd":  # Dialling takes the rest of the line.
            calls.append(Call("D", "set", (line[position + 1 :].strip(),)))
            position = len(line)
        elif found := _EXTENDED.match(line, position):
            end = _end_of_extended(line, found.end())
            calls.append(_extended(found, line[found.end() : end]))
            position = end + 1
        elif found := _BASIC.match(line, position):
            calls.append(_basic(found))
            position = found.end()
        else:
            return None
    return calls or [Call("")]


def _extended(found: re.Match[str], rest: str) -> Call:
    name = found[1].upper().removeprefix("+")
    match found[2]:
        case "=?":
            return Call(name, "test")
        case "?":
            return Call(name, "read")
        case "=":
            return Call(name, "set", split_arguments(rest))
        case _:
            return Call(name) if not rest.strip() else Call("?")


def _basic(found: re.Match[str]) -> Call:
    name = found[1].upper()
    if name == "S":
        name = f"S{found[2]}"
        form = {"?": "read", "=?": "test"}.get(found[3] or "", "set")
        return Call(name, form, (found[4] or "0",))
    return Call(name, "run", (found[2] or "0",))
