"""Soal apa? Twelve tiles at a time; one touch answers and goes on."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts, category_icon
from sync_protocol.vocabulary import SECRET_CATEGORIES, Identity

NAME = "topik"
TEMPLATE = "topic.html"
TILES = 12
SECOND = "lain"


def view(draft: Draft, facts: Facts, part: str) -> dict[str, Any]:
    """The tiles of this half of the topics."""
    codes = [code for code, _ in facts.master.categories]
    halves = [codes] if len(codes) <= TILES else [codes[: TILES - 1], codes[TILES - 1 :]]
    in_second = part == SECOND or (not part and draft.category not in halves[0] and draft.category in codes)
    shown = halves[-1] if in_second else halves[0]
    tiles = [(code, facts.category_label(code), category_icon(code)) for code in shown]
    return {"tiles": tiles, "has_more": len(halves) > 1 and not in_second, "in_second": in_second and len(halves) > 1}


def take(draft: Draft, fields: Mapping[str, str]) -> None:
    """Note the topic. One that starts at RAHASIA starts so, also where another identity was chosen before."""
    category = fields.get("category") or draft.category
    became_secret = category in SECRET_CATEGORIES and draft.category not in SECRET_CATEGORIES
    draft.category = category
    if became_secret:
        draft.identity = Identity.SECRET
        draft.sms_ok = False


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """A topic of the centre's list is needed."""
    if draft.category in dict(facts.master.categories):
        return {}
    return {"category": facts.texts("topik.kosong")}
