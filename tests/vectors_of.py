"""The committed vectors of the protocol, as tests of all packages read them."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync_protocol.entry import Entry, parse_entry

VECTORS = Path(__file__).parent / "vectors"


def suite(name: str) -> dict[str, Any]:
    """A file of vectors."""
    loaded: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return loaded


def each(name: str) -> pytest.MarkDecorator:
    """The test once for each vector of a file."""
    return pytest.mark.parametrize("vector", suite(name)["vectors"], ids=lambda vector: vector["name"])


def given(vector: dict[str, Any]) -> bytes:
    """What a vector puts in."""
    return bytes.fromhex(vector["input"])


def check(vector: dict[str, Any], outcome: str) -> None:
    """Whether it came out as the vector says."""
    assert outcome == vector["expect"], vector["comment"]


class Logs:
    """The entries that vectors of exchanges name."""

    def __init__(self) -> None:
        self._entries = {name: parse_entry(bytes.fromhex(raw)) for name, raw in suite("logs")["entries"].items()}
        self._names = {entry.id: name for name, entry in self._entries.items()}

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def all(self, names: list[str]) -> list[Entry]:
        """The entries of these names."""
        return [self._entries[name] for name in names]

    def name(self, entry_id: bytes | str | None) -> str | None:
        """What the entry with this id is called."""
        if entry_id is None:
            return None
        return self._names[bytes.fromhex(entry_id) if isinstance(entry_id, str) else entry_id]
