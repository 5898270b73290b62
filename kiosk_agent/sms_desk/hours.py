"""When SMS may go out and how many: quiet hours, limits, budgets against machines that answer machines. Pure."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

WITA: Final = timezone(timedelta(hours=8))
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
QUIET_FROM, QUIET_UNTIL = 21, 6
"""Hours of WITA between which nothing goes out but replies."""
REPORTS_AN_HOUR, REPORTS_A_DAY = 5, 20
"""Of one sender; what comes above is filed and held."""
IDENTICAL_A_DAY: Final = 5
REPLIES_AN_HOUR, REPLIES_A_DAY = 10, 30
"""To one number, whatever they say: an answering machine never sends the same report number back."""
FRESH_MS: Final = HOUR_MS // 2
"""So long after somebody wrote, an SMS to that number is an answer, also at night."""


class Sent(Struct, frozen=True):
    """What went, or waits to go, to one number as replies."""

    identical_day: int
    hour: int
    day: int


def is_quiet(true_ms: int) -> bool:
    """Whether people sleep, by the time put right."""
    hour = datetime.fromtimestamp(true_ms / 1000, UTC).astimezone(WITA).hour
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def is_held(in_hour: int, in_day: int) -> bool:
    """Whether a report after so many others of this sender waits for the next day.

    Args:
        in_hour: reports of the sender in the last hour, without this one.
        in_day: in the last 24 hours.
    """
    return in_hour >= REPORTS_AN_HOUR or in_day >= REPORTS_A_DAY


def may_reply(sent: Sent) -> bool:
    """Whether one more reply keeps to the budgets."""
    return sent.identical_day < IDENTICAL_A_DAY and sent.hour < REPLIES_AN_HOUR and sent.day < REPLIES_A_DAY
