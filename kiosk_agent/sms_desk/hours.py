"""When SMS may go out and how many: quiet hours, limits, budgets against machines that answer machines. Pure."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

from kiosk_agent.settings import Settings

WITA: Final = timezone(timedelta(hours=8))
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
FRESH_MS: Final = HOUR_MS // 2
"""So long after somebody wrote, an SMS to that number is an answer, also at night."""


class Sent(Struct, frozen=True):
    """What went, or waits to go, to one number as replies."""

    identical_day: int
    hour: int
    day: int


def is_quiet(true_ms: int, settings: Settings) -> bool:
    """Whether people sleep, by the time put right."""
    begin, end = settings.sms_quiet_from, settings.sms_quiet_until
    hour = datetime.fromtimestamp(true_ms / 1000, UTC).astimezone(WITA).hour
    return begin <= hour < end if begin <= end else (hour >= begin or hour < end)


def is_held(in_hour: int, in_day: int, settings: Settings) -> bool:
    """Whether a report after so many others of this sender waits for the next day.

    Args:
        in_hour: reports of the sender in the last hour, without this one.
        in_day: in the last 24 hours.
    """
    return in_hour >= settings.sms_reports_per_hour or in_day >= settings.sms_reports_per_day


def may_reply(sent: Sent, settings: Settings) -> bool:
    """Whether one more reply keeps to the budgets."""
    return (
        sent.identical_day < settings.sms_same_per_day
        and sent.hour < settings.sms_replies_per_hour
        and sent.day < settings.sms_replies_per_day
    )
