"""The transition tables: complete, reachable, and never left by surprise."""

from enum import StrEnum

import pytest

from sync_protocol.states import (
    DEVICE,
    ENROLMENT,
    SYNC,
    Device,
    DeviceEvent,
    Enrolment,
    IllegalTransitionError,
    Sync,
    SyncEvent,
    move,
)
from sync_protocol.vocabulary import DeviceState

MACHINES = [
    pytest.param(ENROLMENT, Enrolment, DeviceState, Enrolment.NEW, id="enrolment"),
    pytest.param(SYNC, Sync, SyncEvent, Sync.IDLE, id="sync"),
    pytest.param(DEVICE, Device, DeviceEvent, Device.UNKNOWN, id="device"),
]
Table = dict[tuple[StrEnum, StrEnum], StrEnum]


@pytest.mark.parametrize(("table", "states", "events", "start"), MACHINES)
def test_every_state_is_reached_and_every_event_used(
    table: Table, states: type[StrEnum], events: type[StrEnum], start: StrEnum
) -> None:
    reached, new = {start}, {start}
    while new:
        new = {after for (state, _), after in table.items() if state in new} - reached
        reached |= new
    assert reached == set(states)
    assert {event for _, event in table} == set(events)


@pytest.mark.parametrize(("table", "states", "events", "start"), MACHINES)
def test_no_state_is_a_dead_end_and_none_is_left_for_the_start_of_life(
    table: Table, states: type[StrEnum], events: type[StrEnum], start: StrEnum
) -> None:
    assert {state for state, _ in table} == set(states)
    assert start is Sync.IDLE or start not in table.values()


@pytest.mark.parametrize(("table", "states", "events", "start"), MACHINES)
def test_a_move_is_legal_exactly_if_the_table_has_it(
    table: Table, states: type[StrEnum], events: type[StrEnum], start: StrEnum
) -> None:
    for state in states:
        for event in events:
            if (state, event) in table:
                assert move(table, state, event) is table[state, event]
            else:
                with pytest.raises(IllegalTransitionError, match=str(event)):
                    move(table, state, event)


def test_a_kiosk_believes_every_head_whatever_it_believed_before() -> None:
    for state in Enrolment:
        for stated in DeviceState:
            assert move(ENROLMENT, state, stated).value == stated.value


def test_a_revoked_device_comes_back_by_a_person_alone() -> None:
    assert {event for (state, event) in DEVICE if state is Device.REVOKED} == {DeviceEvent.CONFIRMED}


def test_a_spent_code_never_makes_a_device_active() -> None:
    assert Device.ACTIVE not in {
        after for (_, event), after in DEVICE.items() if event is DeviceEvent.KEY_WITH_SPENT_CODE
    }
