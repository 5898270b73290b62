"""The story of a case: what happened to it, who did it, and by whose clock."""

import json
import sqlite3
from typing import Any, Final

from msgspec import Struct

from server.actions import send_sms
from server.actions.answer_sms import ACTOR, NOTED, RATED
from server.actions.find_notes import find_notes
from server.domain.case_story import NEW_PIN
from server.domain.fold import PrivateNote, decode_note
from server.domain.lifecycle import Step
from server.domain.roles import Permission, Viewer, may_read_summary, shown
from server.domain.sms_texts import WORDS
from server.errors import DamagedError
from server.store.centre import Centre
from server.store.city import City
from server.store.events import events_of_case
from server.store.notes import NoteRow
from server.store.sms import Sent, sent_of_case
from server.web.formats import DAMAGED
from sync_protocol.vocabulary import Channel, Identity

_SAID: Final = {
    Step.AMENDED: "Menambah keterangan",
    Step.CONFIRMED: "Menyatakan masalahnya selesai",
    Step.DISPUTED: "Menyatakan masalahnya belum selesai",
}
"""What a resident says by SMS; where the case does not stand so that it moves, it is kept all the same."""
_SECRET: Final = "Isinya tidak ditampilkan: laporan ini RAHASIA."
_REASON: Final = "Alasan tercatat; tidak ditampilkan untuk peran Anda."
_STEPS: Final = {
    Step.VERIFIED: "Diverifikasi dan diteruskan ke {unit}",
    **_SAID,
    **{f"{NOTED}{step}": words for step, words in _SAID.items()},
    RATED: "Memberi nilai {rating} dari 5",
    NEW_PIN: "Minta PIN baru",
    "identity-unmasked": "Membuka nama dan nomor HP pelapor",
    "secret-opened": "Membuka {parts} laporan RAHASIA",
    send_sms.DAMAGED: "SMS untuk pelapor tidak dapat dikirim: isinya rusak",
}
_PARTS: Final = {"text": "isi", "person": "identitas pelapor"}
_NOTES: Final = {
    "amended": "Menambah keterangan",
    "withdrawn": "Minta laporan ini dicabut",
    "confirmed": "Menyatakan masalahnya selesai",
    "disputed": "Menyatakan masalahnya belum selesai",
    "rated": "Memberi nilai {rating} dari 5",
}


_RESULTS: Final = {
    "sent": "terkirim",
    "delivered": "diterima HP",
    "failed": "GAGAL terkirim",
    "expired": "GAGAL: kedaluwarsa sebelum terkirim",
    "unknown": "tidak pasti terkirim (modem tidak menjawab)",
}
_FAILED: Final = frozenset({"failed", "expired"})
_NOTEWORTHY_MS: Final = 60_000


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
    hidden: str = ""
    """What is said in place of words that are not for the one who looks."""
    tone: str = ""
    """How it stands out: `sms`, or `bad`."""


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
    happened = events_of_case(connection, case["id"])
    notes = find_notes(connection, centre, case, happened)
    may_read = shown(viewer, Identity(case["identity"])).text
    later = [(row.arrived_at, _note(centre, row, may_read=may_read)) for row in notes.rows]
    later += [(event["at"], _step(centre, case, event, city, viewer, may_read=may_read)) for event in happened]
    later += [line for sent in sent_of_case(connection, case["id"]) for line in _message(sent)]
    later.sort(key=lambda pair: pair[0])
    return Story(
        lines=[
            Happening(
                case["filed_at"],
                "kios",
                f"Kios {city.unit(case['unit'])}",
                "SMS diterima dan disimpan di kios" if case["channel"] == Channel.SMS else "Laporan disimpan di kios",
            ),
            Happening(case["arrived_at"], "pusat", "Pusat", "Laporan sampai di pusat"),
            *(line for _, line in later),
        ],
        wrong_pins=notes.wrong_pins,
        left_out=notes.left_out,
    )


def find_summary(connection: sqlite3.Connection, centre: Centre, case: sqlite3.Row, *, viewer: Viewer) -> str:
    """What sworn staff wrote of a secret report for the unit that handles it; empty where there is nothing to show."""
    if not may_read_summary(viewer, case["handler"]):
        return ""
    sealed = [json.loads(event["data"]).get("summary", "") for event in events_of_case(connection, case["id"])]
    newest = next(filter(None, reversed(sealed)), "")
    return _words(centre, case, newest)


def _words(centre: Centre, case: sqlite3.Row, sealed: str) -> str:
    """What somebody wrote, from the hex digits in an event."""
    try:
        return centre.keys.decrypt_field(case["id"], bytes.fromhex(sealed)).decode() if sealed else ""
    except ValueError:
        return DAMAGED


def _message(sent: Sent) -> list[tuple[int, Happening]]:
    """An SMS to the resident, and what became of it."""
    about = WORDS.get(sent.template, sent.template)
    waits = " (menunggu kios yang punya modem)" if sent.waits else ""
    lines = [(sent.made_at, Happening(sent.made_at, "pusat", "Pusat", f"SMS disiapkan: {about}{waits}", tone="sms"))]
    if (result := sent.result) is not None:
        what = f"SMS ({about}) {_RESULTS.get(result.state, result.state)}"
        tone = "bad" if result.state in _FAILED else "sms"
        arrived_at = result.arrived_at if result.arrived_at - result.at > _NOTEWORTHY_MS else None
        line = Happening(result.at, "kios", "modem kios", what, arrived_at=arrived_at, tone=tone)
        lines.append((result.arrived_at, line))
    return lines


def _note(centre: Centre, row: NoteRow, *, may_read: bool) -> Happening:
    try:
        note = decode_note(centre.keys.decrypt_field(row.entry, row.private))
    except DamagedError:
        note = PrivateNote(text=DAMAGED)
    return Happening(
        row.filed_at,
        "kios",
        "pelapor",
        _NOTES.get(row.type, _NOTES["amended"]).format(rating=note.rating or "?"),
        note.text if may_read else "",
        row.arrived_at,
        hidden=_SECRET if not may_read and (note.text or row.type == Step.AMENDED) else "",
    )


def _step(
    centre: Centre, case: sqlite3.Row, event: sqlite3.Row, city: City, viewer: Viewer, *, may_read: bool
) -> Happening:
    """What somebody did, with their words: a message, a resident's own, or the reason of an opening."""
    data: dict[str, Any] = json.loads(event["data"])
    hidden = ""
    if "reason" in data and not viewer.may(Permission.READ_REASONS):
        hidden = _REASON
    elif "note" in data and event["actor"] == ACTOR and not may_read:
        hidden = _SECRET
    sealed = "" if hidden else data.get("note") or data.get("reason", "")
    note = _words(centre, case, sealed)
    parts = " dan ".join(_PARTS[part] for part in data.get("parts", []))
    words = _STEPS.get(event["type"], event["type"])
    what = words.format(unit=city.unit(data.get("unit", "")), parts=parts, rating=data.get("rating", ""))
    what += "".join(_corrections(data, city))
    return Happening(event["at"], "pusat", event["actor"], what, note, hidden=hidden)


def _corrections(data: dict[str, Any], city: City) -> list[str]:
    """What was set right, or who else is told."""
    said = []
    if "category" in data:
        said.append(f"; kategori dibetulkan menjadi {city.category(data['category'])}")
    if "kelurahan" in data:
        said.append(f"; kelurahan dibetulkan menjadi {city.kelurahan_name(data['kelurahan'])}")
    if data.get("superior"):
        said.append(f"; atasannya, {city.unit(data['superior'])}, perlu diberi tahu")
    return said
