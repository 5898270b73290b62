"""Times and spans as residents read them: Indonesian, in the city's own time (WITA, UTC+8)."""

from datetime import datetime, timedelta, timezone

from kiosk_agent.web.texts import Texts

WITA = timezone(timedelta(hours=8), "WITA")
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


def day_and_time(at_ms: int) -> str:
    """Such as "3 Februari 2027 pukul 08.05"."""
    at = datetime.fromtimestamp(at_ms / 1000, WITA)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} pukul {at:%H.%M}"


def span(seconds: float, texts: Texts) -> str:
    """Such as "3 jam": one unit, rounded down, which is what a person says."""
    for id_, size in (("umur.hari", 86_400), ("umur.jam", 3_600), ("umur.menit", 60)):
        if seconds >= size:
            return texts(id_, n=int(seconds // size))
    return texts("umur.baru")
