"""The table of legal moves, against the statuses that everybody sees."""

import csv
from pathlib import Path

import pytest

from server.domain.lifecycle import CLOSED, DOERS, TRANSITIONS, Status, Step, days_allowed, follow, legal_steps
from server.domain.roles import Role
from server.errors import StepNotAllowedError


def test_the_statuses_are_those_of_the_data() -> None:
    with Path("server/data/status.csv").open(encoding="utf-8", newline="") as file:
        assert [row["kode"] for row in csv.DictReader(file)] == list(Status)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", Step)
def test_a_pair_outside_the_table_raises(status: Status, step: Step) -> None:
    if (status, step) in TRANSITIONS:
        assert follow(status, step) is TRANSITIONS[status, step]
    else:
        with pytest.raises(StepNotAllowedError):
            follow(status, step)


def test_every_status_can_be_reached_and_left() -> None:
    reached = set(TRANSITIONS.values()) | {Status.BARU}
    assert reached == set(Status)
    assert {status for status, _ in TRANSITIONS} == set(Status)


def test_every_step_has_its_doers_and_its_place() -> None:
    assert set(DOERS) == set(Step)
    assert {step for _, step in TRANSITIONS} == set(Step)


def test_an_auditor_can_do_nothing_and_an_agency_cannot_verify() -> None:
    assert all(not legal_steps(status, Role.AUDITOR) for status in Status)
    assert all(Step.VERIFIED not in legal_steps(status, Role.OPD) for status in Status)


def test_the_first_thing_to_do_with_a_new_case_is_to_verify_it() -> None:
    assert legal_steps(Status.BELUM_VERIFIKASI, Role.PETUGAS)[0] is Step.VERIFIED


def test_no_clock_runs_for_what_is_closed_or_waits_for_the_resident() -> None:
    still = CLOSED | {Status.TUNDA, Status.DITANGGAPI}
    assert {s for s in Status if days_allowed(s, verify_days=3, act_days=5) is None} == still
