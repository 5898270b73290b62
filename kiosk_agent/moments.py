"""Times as people in the city read them: Indonesian, in the city's own time (WITA, UTC+8) on whatever PC."""

from datetime import datetime, timedelta, timezone
from typing import Final

WITA: Final = timezone(timedelta(hours=8), "WITA")
_MONTHS: Final = (
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
    """Such as "3 Februari 2027 pukul 08.05 WITA"."""
    at = datetime.fromtimestamp(at_ms / 1000, WITA)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} pukul {at:%H.%M} WITA"
