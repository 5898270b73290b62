"""Name and phone, both optional."""

import re
from collections.abc import Mapping
from typing import Any

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.steps.story import one_line
from sync_protocol.vocabulary import MAX_LINE, Identity

NAME = "nama"
TEMPLATE = "person.html"
_SEPARATORS = re.compile(r"[\s().\-/]+")
_PHONE = re.compile(r"\+?[0-9]{8,15}")


def view(draft: Draft, facts: Facts, part: str) -> dict[str, Any]:
    """Whether the phone of a secret report would leave its inner seal."""
    return {"secret": draft.identity == Identity.SECRET, "most": MAX_LINE}


def take(draft: Draft, fields: Mapping[str, str], facts: Facts) -> None:
    """Note both; a phone without the signs that people put between its digits."""
    draft.name = one_line(fields.get("name", ""))
    draft.phone = _SEPARATORS.sub("", printable_phone(fields.get("phone", "")))
    draft.sms_ok = fields.get("sms_ok") == "1"


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """Nothing is needed, but what is given must be usable."""
    found = {}
    if len(draft.name) > MAX_LINE:
        found["name"] = facts.texts("nama.panjang", maks=MAX_LINE)
    if draft.phone and not _PHONE.fullmatch(draft.phone):
        found["phone"] = facts.texts("nama.hp_salah")
    return found


def printable_phone(typed: str) -> str:
    """A phone as typed, on one line and no longer than any number is."""
    return one_line(typed)[:40]
