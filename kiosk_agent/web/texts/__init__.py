"""Every text of the kiosk's pages, by id; the one place to look for a wording.

`teks.csv` holds what the program ships with. The centre's table `teks` (MASTER) replaces any of them by id, so a city
changes its wording without a new program. Ids K and D are those of the city's own list of texts.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter

_FORMATTER = Formatter()


@cache
def shipped() -> Mapping[str, str]:
    """The texts of the program itself."""
    lines = files(__name__).joinpath("teks.csv").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["teks"] for row in csv.DictReader(lines)}


class Texts:
    """The texts as they stand now.

    Args:
        replaced: the centre's wording, by id; what it leaves out or empty stays as shipped.
    """

    def __init__(self, replaced: Mapping[str, str]) -> None:
        self._replaced = replaced

    def __call__(self, id_: str, **values: object) -> str:
        """The text with its values filled in.

        Raises:
            KeyError: no such text.
        """
        own = shipped()[id_]
        other = self._replaced.get(id_, "").strip()
        if other and placeholders(other) <= placeholders(own):
            return other.format(**values)
        return own.format(**values)  # A wording of the centre with an unknown placeholder must not break a page.

    def get(self, id_: str, otherwise: str) -> str:
        """The text without values, or the other one where there is none with this id."""
        return self(id_) if id_ in shipped() else self._replaced.get(id_, "").strip() or otherwise


def placeholders(text: str) -> frozenset[str]:
    """The names in braces; a text whose braces do not match has one that no text of ours has."""
    try:
        return frozenset(name for _, name, _, _ in _FORMATTER.parse(text) if name is not None)
    except ValueError:
        return frozenset({"?"})
