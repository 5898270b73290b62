"""Which notes are a case's own: its resident wrote them, with the PIN that held then."""

import json
import sqlite3
from bisect import bisect_right
from typing import Final

from msgspec import Struct

from server.domain.case_story import NEW_PIN
from server.errors import DamagedError
from server.store.cases import read_private
from server.store.centre import Centre
from server.store.notes import NoteRow, count_notes, notes_with_pin

_NO_PIN: Final = b""
"""The proof of no PIN: a case without one has no notes, since anybody could have sent them."""


class Notes(Struct, frozen=True):
    """The notes of a case."""

    rows: list[NoteRow]
    """In the order in which they arrived."""
    wrong_pins: int
    """Notes that name its number with another PIN: they are not the resident's."""
    left_out: int
    """Notes with the right PIN that are too many."""


def find_notes(connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, happened: list[sqlite3.Row]) -> Notes:
    """Those that the resident wrote: whoever has the number alone cannot speak in their name."""
    until, proofs = _pins(centre, case, happened)
    rows: list[NoteRow] = []
    left_out = total = 0
    for proof in dict.fromkeys(proofs):
        found = notes_with_pin(connection, case["number"], proof, case["log"])
        with_it, others = count_notes(connection, case["number"], proof)
        total = with_it + others
        left_out += with_it - len(found)
        rows += [row for row in found if proofs[bisect_right(until, row.filed_at)] == proof]
    return Notes(sorted(rows, key=lambda row: row.n), total - len(rows) - left_out, left_out)


def _pins(centre: Centre, case: sqlite3.Row, happened: list[sqlite3.Row]) -> tuple[list[int], list[bytes]]:
    """Until when each PIN of a case held, and the proofs of them, today's last: what was written then carries it."""
    try:
        pin = read_private(centre.keys, case).pin
    except DamagedError:
        pin = ""
    renewals = [(event["at"], _earlier_pin(centre, case, event)) for event in happened if event["type"] == NEW_PIN]
    proofs = [
        centre.keys.pin_proof(case["number"], one) if one else _NO_PIN for one in (*(was for _, was in renewals), pin)
    ]
    return [at for at, _ in renewals], proofs


def _earlier_pin(centre: Centre, case: sqlite3.Row, event: sqlite3.Row) -> str:
    """The PIN that held until it was renewed: what was written before then carries it. Empty where it was altered."""
    try:
        return centre.keys.decrypt_field(case["id"], bytes.fromhex(json.loads(event["data"])["was"])).decode()
    except ValueError:
        return ""
