"""Who may see which case, and what of it."""

from itertools import product

import pytest

from server.domain.roles import Permission, Role, Viewer, may_unmask, shown
from sync_protocol.vocabulary import Identity


def viewer(role: Role, unit: str = "") -> Viewer:
    return Viewer(id=1, name="siapa", role=role, unit=unit)


@pytest.mark.parametrize(("role", "unit"), list(product(Role, ["DINKES", "KEL-53.71.01.1001"])))
def test_nobody_sees_a_case_about_the_own_unit(role: Role, unit: str) -> None:
    for handler in ("", "DINKES", "DPUPR", unit):
        assert not viewer(role, unit).scope.holds(handler=handler, accused=unit)


def test_an_agency_sees_only_what_is_in_its_hands() -> None:
    scope = viewer(Role.OPD, "DINKES").scope
    assert scope.holds(handler="DINKES", accused="PKM-ALK")
    assert not scope.holds(handler="DPUPR", accused="")
    assert not scope.holds(handler="", accused="")


def test_an_agency_without_a_unit_sees_nothing_at_all() -> None:
    assert not viewer(Role.OPD).scope.holds(handler="", accused="")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PETUGAS, Role.AUDITOR])
def test_the_centre_sees_the_cases_of_all_units(role: Role) -> None:
    assert viewer(role).scope.holds(handler="", accused="DINKES")
    assert viewer(role, "BAG-ORG").scope.holds(handler="DPUPR", accused="DINKES")


@pytest.mark.parametrize("role", Role)
def test_a_secret_case_shows_nothing_to_anyone(role: Role) -> None:
    fields = shown(viewer(role, "DINKES"), Identity.SECRET)
    assert (fields.text, fields.name, fields.phone) == (False, False, False)
    assert not may_unmask(viewer(role), Identity.SECRET)


def test_the_handling_agency_sees_the_name_of_an_open_case_alone() -> None:
    opd = viewer(Role.OPD, "DINKES")
    assert shown(opd, Identity.OPEN).name
    assert not shown(opd, Identity.ANONYMOUS).name
    assert not shown(opd, Identity.OPEN).phone
    assert not any(may_unmask(opd, identity) for identity in Identity)


def test_sworn_staff_see_names_on_demand_only() -> None:
    staff = viewer(Role.PETUGAS)
    assert not shown(staff, Identity.OPEN).name
    assert may_unmask(staff, Identity.OPEN)
    assert may_unmask(staff, Identity.ANONYMOUS)
    assert not may_unmask(staff, Identity.UNNAMED)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPD, Role.AUDITOR])
def test_nobody_else_opens_a_name(role: Role) -> None:
    assert not any(may_unmask(viewer(role, "DINKES"), identity) for identity in Identity)
    assert not shown(viewer(role), Identity.ANONYMOUS).name


def test_an_auditor_changes_nothing_and_sees_no_name() -> None:
    auditor = viewer(Role.AUDITOR)
    assert not shown(auditor, Identity.OPEN).name
    assert not any(auditor.may(p) for p in (Permission.VERIFY, Permission.UNMASK, Permission.MANAGE_DEVICES))
