"""What a page needs to know besides the draft: texts, lists of the centre, and where this kiosk stands."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kiosk_agent.kiosk import Kiosk, Master, Status
from kiosk_agent.web.texts import Texts

KELURAHAN_UNIT = "KEL-"


@dataclass(frozen=True, slots=True)
class Facts:
    """One request's view of the kiosk."""

    texts: Texts
    master: Master
    status: Status

    def category_label(self, code: str) -> str:
        """Two words for a tile; the centre's own name for a category that this program has no words for."""
        names = dict(self.master.categories)
        return self.texts.get(f"topik.{code}", names.get(code, code))

    def kelurahan_name(self, code: str) -> str:
        """A kelurahan's name, empty for an unknown code."""
        return next((row.name for row in self.master.kelurahan if row.code == code), "")

    def unit_name(self, code: str) -> str:
        """An office's name, empty for an unknown code."""
        return next((unit.name for unit in self.master.units if unit.code == code), "")

    @property
    def own_kelurahan(self) -> str:
        """The code of the kelurahan in whose office the kiosk stands; empty elsewhere."""
        unit = self.status.unit
        return unit.removeprefix(KELURAHAN_UNIT) if unit.startswith(KELURAHAN_UNIT) else ""


def facts_of(kiosk: Kiosk) -> Facts:
    """The kiosk as it is now."""
    master = kiosk.master()
    return Facts(Texts(master.texts), master, kiosk.status())


@cache
def icons() -> frozenset[str]:
    """The names of the icons that are drawn."""
    folder = files("kiosk_agent.web").joinpath("static", "icons")
    return frozenset(file.name.removesuffix(".svg") for file in folder.iterdir())


def category_icon(code: str) -> str:
    """The icon of a category; a speech bubble for one that has none yet."""
    return code if code in icons() else "LAIN"
