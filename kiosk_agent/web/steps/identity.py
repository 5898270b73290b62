"""Who may know the resident's name: four choices, none of them made for the resident but RAHASIA where it matters."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from sync_protocol.vocabulary import SECRET_CATEGORIES, Identity

NAME = "identitas"
TEMPLATE = "identity.html"


def view(draft: Draft, _facts: Facts, _part: str) -> dict[str, Any]:
    """The four choices, and whether one of them was made beforehand."""
    suggested = draft.category in SECRET_CATEGORIES and draft.identity == Identity.SECRET
    return {"choices": [choice.value for choice in Identity], "suggested": suggested}


def take(draft: Draft, fields: Mapping[str, str]) -> None:
    """Note the choice; who stays unnamed leaves no name behind, and a secret one no open phone."""
    chosen = fields.get("identity", "")
    if chosen == Identity.SECRET and draft.identity != Identity.SECRET:
        draft.sms_ok = False
    draft.identity = chosen
    if chosen == Identity.UNNAMED:
        draft.name = draft.phone = ""


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """One of the four."""
    if draft.identity in [choice.value for choice in Identity]:
        return {}
    return {"identity": facts.texts("identitas.kosong")}
