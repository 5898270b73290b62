"""The centre's tables as a kiosk uses them: categories, kelurahan, units, texts."""

from difflib import get_close_matches
from typing import Final

from msgspec import Struct

NEEDED: Final = frozenset({"kelurahan", "kategori", "unit"})
"""Tables without which no report can be filed."""

_MIN_LIKENESS: Final = 0.7


class Kelurahan(Struct, frozen=True):
    """One of the city's kelurahan."""

    code: str
    name: str
    kecamatan: str
    aliases: list[str]


class Unit(Struct, frozen=True):
    """An office that a report can be about."""

    code: str
    name: str
    parent: str
    kind: str


class Master(Struct, frozen=True):
    """Everything from the centre that pages and checks need; empty until it has come."""

    categories: list[tuple[str, str]] = []
    """Code and name."""
    kelurahan: list[Kelurahan] = []
    units: list[Unit] = []
    texts: dict[str, str] = {}
    """Texts of pages by their id."""
    rows: dict[str, list[dict[str, str]]] = {}
    """Every table as it came."""
    category_codes: frozenset[str] = frozenset()
    unit_codes: frozenset[str] = frozenset()
    kelurahan_codes: frozenset[str] = frozenset()
    kelurahan_names: dict[str, str] = {}
    """Folded names, aliases and codes, to codes."""

    def find_kelurahan(self, typed: str) -> str | None:
        """The code of the kelurahan with this name, alias or code, in any case."""
        return self.kelurahan_names.get(fold(typed))

    def similar_kelurahan(self, typed: str) -> str | None:
        """The name of the kelurahan that a person may have meant."""
        found = get_close_matches(fold(typed), self.kelurahan_names, n=1, cutoff=_MIN_LIKENESS)
        code = self.kelurahan_names[found[0]] if found else ""
        return next((kelurahan.name for kelurahan in self.kelurahan if kelurahan.code == code), None)

    def unit_name(self, code: str) -> str:
        """The name of a unit, or its code where the table does not know it."""
        return next((unit.name for unit in self.units if unit.code == code), code)


def fold(typed: str) -> str:
    """A name without case and needless spaces, for comparing."""
    return " ".join(typed.casefold().split())


def read_master(rows: dict[str, list[dict[str, str]]]) -> Master:
    """Turn the tables of the centre's MASTER entries into what a kiosk uses."""
    kelurahan = [
        Kelurahan(
            code=row.get("kode_kemendagri", ""),
            name=row.get("kelurahan", ""),
            kecamatan=row.get("kecamatan", ""),
            aliases=[alias.strip() for alias in row.get("alias", "").split(";") if alias.strip()],
        )
        for row in rows["kelurahan"]
    ]
    units = [
        Unit(row.get("code", ""), row.get("name", ""), row.get("parent", ""), row.get("kind", ""))
        for row in rows["unit"]
    ]
    names: dict[str, str] = {}
    for each in kelurahan:
        for alias in each.aliases:
            names.setdefault(fold(alias), each.code)
    # A name outdoes another's alias.
    names.update({fold(each.name): each.code for each in kelurahan})
    names.update({fold(each.code): each.code for each in kelurahan})
    categories = [(row.get("kode", ""), row.get("nama", "")) for row in rows["kategori"]]
    return Master(
        categories=categories,
        kelurahan=kelurahan,
        units=units,
        texts={row.get("id", ""): row.get("bahasa_indonesia", "") for row in rows.get("teks", [])},
        rows=rows,
        category_codes=frozenset(code for code, _ in categories),
        unit_codes=frozenset(unit.code for unit in units),
        kelurahan_codes=frozenset(each.code for each in kelurahan),
        kelurahan_names=names,
    )
