"""The machines of agent and server, each as one table (section 6); docs/protocol.md draws them from here."""

from enum import StrEnum
from typing import Final, TypeVar

from sync_protocol.vocabulary import DeviceState


class Enrolment(StrEnum):
    """What a kiosk knows of its own standing."""

    NEW = "new"
    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"


class Sync(StrEnum):
    """What the sync of a kiosk is doing."""

    IDLE = "idle"
    EXCHANGE = "exchange"
    BACKOFF = "backoff"


class SyncEvent(StrEnum):
    """What happens to the sync of a kiosk."""

    START = "start"
    MORE = "more"
    DONE = "done"
    FAILED = "failed"


class Device(StrEnum):
    """What the server holds of a log."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"


class DeviceEvent(StrEnum):
    """What happens to a device at the server."""

    KEY_WITH_CODE = "key with an unused code"
    KEY_WITH_SPENT_CODE = "key with a used or expired code"
    CONFIRMED = "confirmed by an admin"
    REVOKED = "revoked by an admin"


ENROLMENT: Final[dict[tuple[Enrolment, DeviceState], Enrolment]] = {
    (Enrolment.NEW, DeviceState.PENDING): Enrolment.PENDING,
    (Enrolment.NEW, DeviceState.ACTIVE): Enrolment.ACTIVE,
    (Enrolment.NEW, DeviceState.REVOKED): Enrolment.REVOKED,
    (Enrolment.PENDING, DeviceState.PENDING): Enrolment.PENDING,
    (Enrolment.PENDING, DeviceState.ACTIVE): Enrolment.ACTIVE,
    (Enrolment.PENDING, DeviceState.REVOKED): Enrolment.REVOKED,
    (Enrolment.ACTIVE, DeviceState.PENDING): Enrolment.PENDING,  # a restored server may have forgotten the confirmation
    (Enrolment.ACTIVE, DeviceState.ACTIVE): Enrolment.ACTIVE,
    (Enrolment.ACTIVE, DeviceState.REVOKED): Enrolment.REVOKED,
    (Enrolment.REVOKED, DeviceState.PENDING): Enrolment.PENDING,
    (Enrolment.REVOKED, DeviceState.ACTIVE): Enrolment.ACTIVE,  # a restored server: the next HEAD settles it
    (Enrolment.REVOKED, DeviceState.REVOKED): Enrolment.REVOKED,
}
"""A kiosk believes the newest HEAD."""

SYNC: Final[dict[tuple[Sync, SyncEvent], Sync]] = {
    (Sync.IDLE, SyncEvent.START): Sync.EXCHANGE,
    (Sync.BACKOFF, SyncEvent.START): Sync.EXCHANGE,
    (Sync.EXCHANGE, SyncEvent.MORE): Sync.EXCHANGE,
    (Sync.EXCHANGE, SyncEvent.DONE): Sync.IDLE,
    (Sync.EXCHANGE, SyncEvent.FAILED): Sync.BACKOFF,
}

DEVICE: Final[dict[tuple[Device, DeviceEvent], Device]] = {
    (Device.UNKNOWN, DeviceEvent.KEY_WITH_CODE): Device.ACTIVE,
    (Device.UNKNOWN, DeviceEvent.KEY_WITH_SPENT_CODE): Device.PENDING,
    (Device.PENDING, DeviceEvent.KEY_WITH_CODE): Device.ACTIVE,
    (Device.PENDING, DeviceEvent.CONFIRMED): Device.ACTIVE,
    (Device.PENDING, DeviceEvent.REVOKED): Device.REVOKED,
    (Device.ACTIVE, DeviceEvent.REVOKED): Device.REVOKED,
    (Device.REVOKED, DeviceEvent.CONFIRMED): Device.ACTIVE,
}

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


class IllegalTransitionError(Exception):
    """The machine's table has no such move: our own bug, never a peer's fault."""


def move(table: dict[tuple[State, Event], State], state: State, event: Event) -> State:
    """Give the state that follows.

    Raises:
        IllegalTransitionError: the table has no such move.
    """
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransitionError(f"{state} has no {event}") from None
