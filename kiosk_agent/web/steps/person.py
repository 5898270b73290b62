"""Name and phone, both optional."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.errors import PhoneError
from kiosk_agent.intake.checks import normal_phone
from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.steps.story import one_line
from sync_protocol.vocabulary import MAX_LINE, Identity

NAME = "nama"
TEMPLATE = "person.html"
LONGEST_PHONE = 40


def view(draft: Draft, _facts: Facts, _part: str) -> dict[str, Any]:
    """Whether the phone of a secret report would leave its inner seal."""
    return {"secret": draft.identity == Identity.SECRET, "most": MAX_LINE, "most_phone": LONGEST_PHONE}


def take(draft: Draft, fields: Mapping[str, str]) -> None:
    """Note both."""
    draft.name = one_line(fields.get("name", ""))
    draft.phone = one_line(fields.get("phone", ""))[:LONGEST_PHONE]
    draft.sms_ok = fields.get("sms_ok") == "1"


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """Nothing is needed, but what is given must be usable."""
    found = {}
    if len(draft.name) > MAX_LINE:
        found["name"] = facts.texts("nama.panjang", maks=MAX_LINE)
    try:
        normal_phone(draft.phone)
    except PhoneError:
        found["phone"] = facts.texts("nama.hp_salah")
    return found
