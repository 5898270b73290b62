"""All answers once more, each with UBAH, and what becomes of the data; from here KIRIM."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from sync_protocol.vocabulary import Identity

NAME = "periksa"
TEMPLATE = "check.html"


def view(draft: Draft, facts: Facts, _part: str) -> dict[str, Any]:
    """The answers as (step, label, value)."""
    text = facts.texts
    place = ", ".join(filter(None, [facts.kelurahan_name(draft.kelurahan), draft.place]))
    rows = [
        ("topik", text("periksa.topik"), facts.category_label(draft.category)),
        ("isi", text("periksa.isi"), draft.text),
        ("tempat", text("periksa.tempat"), place),
        ("identitas", text("periksa.identitas"), text(f"identitas.{draft.identity}")),
    ]
    if draft.identity != Identity.UNNAMED:
        rows.append(("nama", text("periksa.nama"), _person(draft, facts)))
    rows.append(("petugas", text("periksa.petugas"), _accused(draft, facts)))
    return {"rows": rows}


def take(_draft: Draft, _fields: Mapping[str, str]) -> None:
    """Nothing is asked here."""


def faults(_draft: Draft, _facts: Facts) -> dict[str, str]:
    """Nothing is asked here."""
    return {}


def _person(draft: Draft, facts: Facts) -> str:
    phone = ""
    if draft.phone:
        phone = facts.texts("periksa.dengan_sms" if draft.sms_ok else "periksa.tanpa_sms", hp=draft.phone)
    return "\n".join(filter(None, [draft.name, phone])) or facts.texts("periksa.tanpa_nama_hp")


def _accused(draft: Draft, facts: Facts) -> str:
    if not draft.accused:
        return facts.texts("petugas.tidak")
    return facts.unit_name(draft.accused) or facts.status.unit_name
