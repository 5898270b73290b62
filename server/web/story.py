"""The story of a case: what happened to it, who did it, and by whose clock."""

import json
import sqlite3
from typing import Any, Final

from msgspec import Struct

from server.domain.fold import decode_note, decode_private
from server.domain.lifecycle import Step
from server.domain.roles import Permission, Viewer, may_read_summary, shown
from server.store.centre import Centre
from server.store.city import City
from server.store.events import events_of_case
from server.store.notes import NoteRow, count_notes, notes_with_pin
from sync_protocol.vocabulary import Identity

_NO_PIN: Final = b""
"""The proof of no PIN: a case without one has no notes, since anybody could have sent them."""
_STEPS: Final = {
    Step.VERIFIED: "Diverifikasi dan diteruskan ke {unit}",
    "identity-unmasked": "Membuka nama dan nomor HP pelapor",
    "secret-opened": "Membuka {parts} laporan RAHASIA",
}
_PARTS: Final = {"text": "isi", "person": "identitas pelapor"}
_NOTES: Final = {
    "amended": "Menambah keterangan",
    "withdrawn": "Minta laporan ini dicabut",
    "confirmed": "Menyatakan masalahnya selesai",
    "disputed": "Menyatakan masalahnya belum selesai",
    "rated": "Memberi nilai {rating} dari 5",
}


class Happening(Struct, frozen=True):
    """One line of the story."""

    at: int
    clock: str
    """By whose clock: `kios` or `pusat`."""
    who: str
    what: str
    note: str = ""
    arrived_at: int | None = None
    """When the centre learnt of it, where that was later."""
    is_hidden: bool = False
    """There are words that are not for the one who looks."""


class Story(Struct, frozen=True):
    """All that happened, oldest first."""

    lines: list[Happening]
    wrong_pins: int
    """Notes that name this number with another PIN: they are not the resident's."""
    left_out: int
    """Notes with the right PIN that are too many to be shown."""


def tell_story(connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, *, viewer: Viewer) -> Story:
    """What happened to a case, as far as this person may read it."""
    city = centre.cities.get(connection)
    pin = decode_private(centre.keys.decrypt_field(case["id"], case["private"])).pin
    proof = centre.keys.pin_proof(case["number"], pin) if pin else _NO_PIN
    notes = notes_with_pin(connection, case["number"], proof, case["log"])
    fitting, others = count_notes(connection, case["number"], proof)
    may_read = shown(viewer, Identity(case["identity"])).text
    later = [(row.arrived_at, _note(centre, row, may_read=may_read)) for row in notes]
    later += [
        (event["at"], _step(centre, case, event, city, viewer)) for event in events_of_case(connection, case["id"])
    ]
    later.sort(key=lambda pair: pair[0])
    return Story(
        lines=[
            Happening(case["filed_at"], "kios", f"Kios {city.unit(case['unit'])}", "Laporan disimpan di kios"),
            Happening(case["arrived_at"], "pusat", "Pusat", "Laporan sampai di pusat"),
            *(line for _, line in later),
        ],
        wrong_pins=others,
        left_out=fitting - len(notes),
    )


def find_summary(connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, *, viewer: Viewer) -> str:
    """What sworn staff wrote of a secret report for the unit that handles it; empty where there is nothing to show."""
    if not may_read_summary(viewer, case["handler"]):
        return ""
    sealed = [json.loads(event["data"]).get("summary", "") for event in events_of_case(connection, case["id"])]
    newest = next(filter(None, reversed(sealed)), "")
    return centre.keys.decrypt_field(case["id"], bytes.fromhex(newest)).decode() if newest else ""


def _note(centre: Centre, row: NoteRow, *, may_read: bool) -> Happening:
    note = decode_note(centre.keys.decrypt_field(row.entry, row.private))
    return Happening(
        row.filed_at,
        "kios",
        "pelapor",
        _NOTES.get(row.type, _NOTES["amended"]).format(rating=note.rating),
        note.text if may_read else "",
        row.arrived_at,
        is_hidden=bool(note.text) and not may_read,
    )


def _step(centre: Centre, case: sqlite3.Row, event: sqlite3.Row, city: City, viewer: Viewer) -> Happening:
    """What somebody did. The reason of an opening may itself name the resident: only who may open names sees it."""
    data: dict[str, Any] = json.loads(event["data"])
    reason = data.get("reason") if viewer.may(Permission.UNMASK) else ""
    sealed = data.get("note") or reason or ""
    note = centre.keys.decrypt_field(case["id"], bytes.fromhex(sealed)).decode() if sealed else ""
    parts = " dan ".join(_PARTS[part] for part in data.get("parts", []))
    what = _STEPS.get(event["type"], event["type"]).format(unit=city.unit(data.get("unit", "")), parts=parts)
    return Happening(event["at"], "pusat", event["actor"], what, note)
