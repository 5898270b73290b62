"""The names to touch: none can be taken for another, whatever is searched for."""

from collections import Counter
from dataclasses import replace

import msgspec

from kiosk_agent.intake.master import Master, Unit
from kiosk_agent.web.facts import NOTHING_KNOWN, Facts
from kiosk_agent.web.picker import Item, unit_groups

KINDS = {"KEL-1": "Kelurahan", "KEC-ALAK": "Kecamatan", "PKM-ALK": "Puskesmas"}
"""One name, three offices."""


def items_at(own: str) -> list[Item]:
    """What the office page of a kiosk in this office offers."""
    units = [Unit(code, f"{kind} Alak", "", kind.lower()) for code, kind in KINDS.items()]
    status = msgspec.structs.replace(NOTHING_KNOWN.status, unit=own)
    facts: Facts = replace(NOTHING_KNOWN, master=Master(units=units), status=status)
    return [item for group in unit_groups(facts, "") for item in group.items]


def test_offices_of_one_name_look_different_also_when_a_search_mixes_their_kinds() -> None:
    names = Counter(item.name for item in items_at("DINKES") if "alak" in item.words)
    assert names == Counter(f"{kind} Alak" for kind in KINDS.values())


def test_a_search_finds_the_office_in_which_the_kiosk_stands_and_says_that_it_is_this_one() -> None:
    found = [item for item in items_at("KEL-1") if "kelurahan alak" in item.words]
    assert [(item.code, item.name) for item in found] == [("KEL-1", "Kelurahan Alak (kantor ini)")]
