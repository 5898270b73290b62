"""Working days against the worked examples of server/data/vektor_tenggat.csv."""

import csv
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from server.domain.deadlines import WorkCalendar, wita
from server.web import formats

DATA = Path("server/data")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


CALENDAR = WorkCalendar(date.fromisoformat(row["tanggal"]) for row in rows("kalender_2025_2027.csv"))


@pytest.mark.parametrize("row", rows("vektor_tenggat.csv"), ids=lambda row: row["keterangan"])
def test_worked_examples(row: dict[str, str]) -> None:
    due = CALENDAR.due_at(ms(row["diterima"]), int(row["hari_kerja"]))
    assert wita(due).isoformat() == row["tenggat_wita"]


def test_a_report_of_sunday_counts_from_monday() -> None:
    assert CALENDAR.due_at(ms("2026-11-22T10:00:00+08:00"), 3) == ms("2026-11-26T16:00:00+08:00")


def test_days_left_count_down_to_zero_and_go_below_it_after_four_o_clock() -> None:
    due = ms("2026-11-26T16:00:00+08:00")  # a Thursday
    left = [
        CALENDAR.days_left(ms(now), due)
        for now in (
            "2026-11-20T09:00:00+08:00",
            "2026-11-25T23:00:00+08:00",
            "2026-11-26T15:59:59+08:00",
            "2026-11-26T16:00:01+08:00",
            "2026-11-27T09:00:00+08:00",
            "2026-11-30T09:00:00+08:00",
        )
    ]
    assert left == [4, 1, 0, -1, -1, -2]


def days_of(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


@pytest.mark.parametrize("days", [3, 5, 10])
def test_what_was_just_filed_has_the_days_that_were_promised_on_any_day_of_two_years(days: int) -> None:
    for day in days_of("2026-01-01", "2027-11-30"):
        for clock in ("00:00:01", "09:00:00", "16:00:01", "23:59:59"):
            filed = ms(f"{day}T{clock}+08:00")
            assert CALENDAR.days_left(filed, CALENDAR.due_at(filed, days)) == days, (day, clock)


def test_the_days_left_never_grow_and_shrink_by_one_a_working_day() -> None:
    filed = ms("2026-03-17T10:00:00+08:00")  # the day before Nyepi and Lebaran
    due = CALENDAR.due_at(filed, 3)
    left = [CALENDAR.days_left(ms(f"{day}T10:00:00+08:00"), due) for day in days_of("2026-03-17", "2026-03-27")]
    assert left == sorted(left, reverse=True)
    assert (left[0], left[-1]) == (3, 0)
    assert {before - after for before, after in pairwise(left)} == {0, 1}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-22T10:00:00+08:00", "hari kerja berikutnya"),  # a Sunday
        ("2026-11-21T10:00:00+08:00", "hari kerja berikutnya"),
        ("2026-11-20T10:00:00+08:00", "1 hari kerja lagi"),
        ("2026-11-23T15:59:59+08:00", "hari ini"),
        ("2026-11-23T16:00:01+08:00", "lewat 1 hari kerja"),
    ],
)
def test_what_is_due_on_monday_is_not_due_today_on_sunday(now: str, words: str) -> None:
    due = ms("2026-11-23T16:00:00+08:00")
    assert formats.days_left(CALENDAR.days_left(ms(now), due), due, ms(now)) == words


def test_an_empty_calendar_knows_no_year() -> None:
    assert WorkCalendar([]).last_year == 0
    assert CALENDAR.last_year == 2027


@pytest.mark.parametrize(("at_ms", "year"), [(2**48 - 1, 9999), (2**63, 9999), (0, 1970), (-1, 1970), (-(2**63), 1970)])
def test_a_time_that_no_calendar_holds_is_told_all_the_same(at_ms: int, year: int) -> None:
    assert wita(at_ms).year == year
    assert CALENDAR.due_at(at_ms, 60) > 0
