"""Whether the report is about an officer or an office, and which. The accused office never gets the case."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.picker import unit_groups

NAME = "petugas"
TEMPLATE = "accused.html"


def view(draft: Draft, facts: Facts, _part: str) -> dict[str, Any]:
    """The kiosk's own office first, then all by kind."""
    return {
        "own": facts.status.unit,
        "own_name": facts.status.unit_name,
        "groups": unit_groups(facts, draft.accused),
    }


def take(draft: Draft, fields: Mapping[str, str]) -> None:
    """Note the office; empty for none."""
    draft.accused = fields.get("accused", "")


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """No office, or one of the centre's list."""
    if not draft.accused or draft.accused == facts.status.unit or facts.unit_name(draft.accused):
        return {}
    return {"accused": facts.texts("petugas.salah")}
