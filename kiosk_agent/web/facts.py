"""What a page needs to know besides the draft: texts, lists of the centre, and where this kiosk stands."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from kiosk_agent.intake.master import Master
from kiosk_agent.kiosk import Kiosk, Status
from kiosk_agent.web.texts import Texts
from sync_protocol.states import Enrolment, Sync

KELURAHAN_UNIT: Final = "KEL-"
LONGEST_EXCHANGE_S: Final = 120
"""How long an exchange over a bad link may take before silence means that there is none."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One request's view of the kiosk."""

    texts: Texts
    master: Master
    status: Status
    is_linked: bool
    """The last exchange with the centre went well, and is not long ago."""
    fault: str = ""
    """Why the kiosk's data cannot be read; the status says nothing then."""

    def category_label(self, code: str) -> str:
        """Two words for a tile; the centre's own name for a category that this program has no words for."""
        names = dict(self.master.categories)
        return self.texts.get(f"topik.{code}", names.get(code, code))

    def status_label(self, code: str) -> str:
        """Where a case stands, in plain words; the centre's own for a status that this program has no words for."""
        rows = self.master.rows.get("status", [])
        names = {row.get("kode", ""): row.get("label_pelapor", "") for row in rows}
        return self.texts.get(f"status.{code}", names.get(code, code))

    @property
    def can_ask(self) -> bool:
        """CEK LAPORAN can lead somewhere: the centre answers kiosks that it trusts, and no others."""
        return not self.fault and self.status.ready and self.status.state is Enrolment.ACTIVE

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


NOTHING_KNOWN: Final = Facts(
    Texts({}),
    Master(),
    Status(
        state=Enrolment.NEW,
        log="",
        applied=False,
        ready=False,
        unit="",
        unit_name="",
        queue=0,
        oldest_s=0,
        last_contact_at=None,
        last_error="",
        sync=Sync.IDLE,
        disk_free_mb=0,
        clock_offset_ms=None,
        modem="",
        rotted=0,
        filed=0,
        safe=0,
    ),
    is_linked=False,
)
"""Before anything could be read."""


def facts_of(kiosk: Kiosk) -> Facts:
    """The kiosk as it is now."""
    master, status = kiosk.master(), kiosk.status()
    return Facts(Texts(master.texts), master, status, _is_linked(kiosk, status))


def _is_linked(kiosk: Kiosk, status: Status) -> bool:
    if status.last_contact_at is None or status.last_error:
        return False
    silence_ms = abs(kiosk.clock.now_ms() - status.last_contact_at)
    return silence_ms <= (2 * kiosk.poll_s + LONGEST_EXCHANGE_S) * 1000


@cache
def icons() -> frozenset[str]:
    """The names of the icons that are drawn."""
    folder = files("kiosk_agent.web").joinpath("static", "icons")
    return frozenset(file.name.removesuffix(".svg") for file in folder.iterdir())


def category_icon(code: str) -> str:
    """The icon of a category; a speech bubble for one that has none yet."""
    return code if code in icons() else "LAIN"
