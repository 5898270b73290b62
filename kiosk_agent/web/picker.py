"""Choosing one of many names by touch: tabs with a few names each, and a search over all of them."""

from dataclasses import dataclass

from kiosk_agent.web.facts import KELURAHAN_UNIT, Facts

# Kinds of the centre's table `unit` that share the tab of the agencies; the rest stands under "Lainnya".
_AGENCIES = frozenset({"dinas", "badan"})


@dataclass(frozen=True, slots=True)
class Item:
    """One name to touch."""

    code: str
    name: str
    words: str
    """What a search looks in: the name and its other names, in lower case."""


@dataclass(frozen=True, slots=True)
class Group:
    """One tab."""

    name: str
    items: list[Item]
    open: bool


def kelurahan_groups(facts: Facts, chosen: str) -> list[Group]:
    """The kelurahan by kecamatan; open is the chosen one's tab, else the kiosk's own, else the first."""
    shown = chosen or facts.own_kelurahan
    by_kecamatan: dict[str, list[Item]] = {}
    for row in facts.master.kelurahan:
        words = " ".join([row.name, *row.aliases]).lower()
        by_kecamatan.setdefault(row.kecamatan, []).append(Item(row.code, row.name, words))
    return _with_one_open(by_kecamatan, shown)


def unit_groups(facts: Facts, chosen: str) -> list[Group]:
    """The offices by kind, each by its whole name: a search shows all kinds at once. The kiosk's own is marked."""
    tabs = {kind: facts.texts(f"jenis.{kind}") for kind in ("kelurahan", "kecamatan", "puskesmas", "dinas", "lain")}
    groups: dict[str, list[Item]] = {tab: [] for tab in tabs.values()}
    for unit in facts.master.units:
        name = facts.texts("petugas.kantor_ini", nama=unit.name) if unit.code == facts.status.unit else unit.name
        groups[tabs[_kind(unit.code, unit.kind)]].append(Item(unit.code, name, f"{name} {unit.code}".lower()))
    return _with_one_open({tab: items for tab, items in groups.items() if items}, chosen)


def _kind(code: str, kind: str) -> str:
    for prefix, name in ((KELURAHAN_UNIT, "kelurahan"), ("KEC-", "kecamatan"), ("PKM-", "puskesmas")):
        if code.startswith(prefix):
            return name
    return "dinas" if kind in _AGENCIES else "lain"


def _with_one_open(groups: dict[str, list[Item]], shown: str) -> list[Group]:
    holder = next((name for name, items in groups.items() if any(item.code == shown for item in items)), None)
    open_name = holder or next(iter(groups), "")
    return [
        Group(name, sorted(items, key=lambda item: item.name), name == open_name)  # By name, as people look for it.
        for name, items in groups.items()
    ]
