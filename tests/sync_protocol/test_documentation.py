"""docs/protocol.md says what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import fields

from scripts import draw_states, fill_protocol
from sync_protocol import (
    agent_session,
    bodies,
    bundle,
    dictionary,
    entry,
    exchange,
    packing,
    receipt,
    seal,
    server_session,
    strict_json,
)
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import MAX_TEXT

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "protocol.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


def test_no_part_of_the_document_is_stale() -> None:
    assert fill_protocol.fill(TEXT) == TEXT, "run scripts/fill_protocol.py"


def test_the_script_says_so_where_it_is() -> None:
    script = PROJECT / "scripts" / "fill_protocol.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_state_and_every_move_is_drawn() -> None:
    for _, table, start in draw_states.MACHINES.values():
        drawn = draw_states.draw(table, start)
        assert f"[*] --> {start.name}" in drawn
        for (state, event), after in table.items():
            assert re.search(rf"^    {state.name} --> {after.name}: .*{re.escape(event.value)}", drawn, re.MULTILINE)
        assert drawn in TEXT


def test_every_kind_and_every_field_has_its_row() -> None:
    for kind in Kind:
        assert f"### {kind.value} {kind.name}\n" in TEXT
    for row in re.findall(r"^\| `.*", TEXT, re.MULTILINE):
        assert row.count(" | ") >= 1
        assert "|  |" not in row
    types: list[type[Struct]] = [*bodies.TYPES.values(), bodies.Secret, bodies.SecretText, bodies.SecretPerson]
    assert TEXT.count("**required**") == sum(field.required for type_ in types for field in fields(type_))


@pytest.mark.parametrize(
    "said",
    [
        f"{entry.MIN_ENTRY_SIZE} to {entry.MAX_ENTRY_SIZE:,} bytes",
        f"at most **{packing.MAX_UNPACKED:,} bytes**",
        f"at most {bundle.MAX_REQUEST:,} bytes",
        f"at most {server_session.MAX_REPLY:,}; that of a request",
        f"| complaint's text | {MAX_TEXT:,} characters |",
        f"| ids in `want` | {bodies.MAX_WANT} |",
        f"Where more than {bodies.MAX_WANT} ids are missing",
        f"up to {exchange.MAX_ANCESTORS} of its ancestors",
        f"more than {strict_json.MAX_DEPTH} objects and lists",
        f"The budget begins at {agent_session.FIRST_BUDGET:,}",
        f"{len(dictionary.DICTIONARY_1):,} bytes with the SHA-256 `{dictionary.DICTIONARY_1_SHA256}`",
        f"halved, down to {agent_session._SMALLEST_BUDGET}",
    ],
)
def test_the_numbers_in_the_text_are_those_of_the_code(said: str) -> None:
    assert said in FLAT


def test_limits_that_are_words_in_the_text_are_those_of_the_code() -> None:
    words = {3: "three", 4: "four"}
    assert f"a wanted id causes {words[agent_session._MAX_RESENDS]} exchanges at most" in FLAT
    assert f"{words[agent_session._MAX_STUCK]} exchanges in a row" in FLAT


def test_strings_of_bytes_in_the_text_are_those_of_the_code() -> None:
    for domain in (entry.DOMAIN, seal._ENTRY_INFO, seal._DUTY_INFO, bundle.MAGIC, receipt.PREFIX.encode()):
        assert '"' + domain.decode().replace("\n", "\\n").replace("\r", "\\r") + '"' in TEXT


def test_every_file_of_vectors_and_every_path_in_the_text_exists() -> None:
    listed = set(re.findall(r"`([a-z_]+\.(?:json|kasih))`", TEXT))
    assert listed == {path.name for path in (PROJECT / "tests" / "vectors").iterdir()}
    for path in re.findall(r"`((?:tests|scripts|sync_protocol)/[^`* ]+)`", TEXT):
        assert (PROJECT / path).exists(), path


def test_the_sections_have_the_numbers_that_the_code_cites() -> None:
    titles = re.findall(r"^## (\d+)\. (.+)$", TEXT, re.MULTILINE)
    assert [int(number) for number, _ in titles] == list(range(1, len(titles) + 1))
    assert dict(titles) | {
        "2": "Bytes", "3": "Kinds and bodies", "4": "HEAD", "5": "Exchange", "6": "States", "7": "Time", "8": "Secret reports", "9": "Versions and limits",
    } == dict(titles)  # fmt: skip
