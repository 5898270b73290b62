"""Where it happened: a kelurahan by touch, and RT or landmark in the resident's words."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.picker import kelurahan_groups
from kiosk_agent.web.steps.story import one_line
from sync_protocol.vocabulary import MAX_LINE

NAME = "tempat"
TEMPLATE = "place.html"


def view(draft: Draft, facts: Facts, _part: str) -> dict[str, Any]:
    """The kelurahan by kecamatan."""
    return {
        "groups": kelurahan_groups(facts, draft.kelurahan),
        "most": MAX_LINE,
    }


def take(draft: Draft, fields: Mapping[str, str]) -> None:
    """Note both."""
    draft.kelurahan = fields.get("kelurahan", "")
    draft.place = one_line(fields.get("place", ""))


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """A kelurahan of the centre's list is needed; the rest is optional."""
    found = {}
    if not facts.kelurahan_name(draft.kelurahan):
        found["kelurahan"] = facts.texts("tempat.kosong")
    if len(draft.place) > MAX_LINE:
        found["place"] = facts.texts("tempat.panjang", maks=MAX_LINE)
    return found
