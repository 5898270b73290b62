"""Working days (hari kerja) and what is due when: Monday to Friday less the days that the calendar closes, in WITA."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

WITA: Final = timezone(timedelta(hours=8), "WITA")
DUE_HOUR: Final = 16
_DAY = timedelta(days=1)
_SATURDAY = 5
_LAST_MS: Final = int(datetime(9999, 1, 1, tzinfo=WITA).timestamp() * 1000)


def wita(at_ms: int) -> datetime:
    """A moment (Unix milliseconds) by Kupang's clock; what no calendar holds becomes the first or last that one does.

    A header may claim any time up to the year 10889.
    """
    return datetime.fromtimestamp(min(max(at_ms, 0), _LAST_MS) / 1000, WITA)


class WorkCalendar:
    """Which days an office works; a table that the admin edits (national holidays, cuti bersama, local closures)."""

    def __init__(self, closed: Iterable[date]) -> None:
        self._closed = frozenset(closed)
        self._due: dict[tuple[date, int], int] = {}

    @property
    def last_year(self) -> int:
        """The last year that has any closed day: a later one was never entered. 0 for an empty table."""
        return max((day.year for day in self._closed), default=0)

    def is_working(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self._closed

    def due_at(self, from_ms: int, days: int) -> int:
        """When something is due (Unix milliseconds): at 16.00 on working day `days` after day 0.

        Day 0 is the working day of filing at whatever hour, or the next one for a day on which nobody works.
        """
        key = (wita(from_ms).date(), days)
        if key not in self._due:
            self._due[key] = self._compute(*key)
        return self._due[key]

    def days_left(self, now_ms: int, due_ms: int) -> int:
        """Working days that are left to the day it is due, 0 on that day; below zero once it is overdue.

        On a day on which nobody works they are counted from the next working day, as the deadline itself is: what was
        given three days on a Sunday has three days left, on that Sunday and on Monday.
        """
        today, due = wita(now_ms).date(), wita(due_ms).date()
        if now_ms <= due_ms:
            return self._between(self._day_zero(today), due)
        return -max(1, self._between(due, today))

    def _compute(self, day: date, days: int) -> int:
        day = self._day_zero(day)
        while days > 0:
            day += _DAY
            days -= self.is_working(day)
        return int(datetime.combine(day, time(DUE_HOUR), WITA).timestamp() * 1000)

    def _day_zero(self, day: date) -> date:
        """The day itself, or the next one on which people work."""
        while not self.is_working(day):
            day += _DAY
        return day

    def _between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`."""
        return sum(self.is_working(first + offset * _DAY) for offset in range(1, (last - first).days + 1))
