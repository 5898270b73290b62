"""What an event makes of a case: one rule for when it happens, for cases that are made again, and for the audit."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from server.domain.flags import verified_flags
from server.domain.lifecycle import Status, Step, follow

NEW_PIN: Final = "pin-renewed"
"""The event by which a case has another PIN from then on."""
DueAt = Callable[[str, str, int], int | None]
"""(status, category, since) -> when what is due then is due."""
_STEPS: Final = {step.value: step for step in Step}


class CaseEvent(Struct, frozen=True):
    """What happened to a case."""

    n: int
    """Its place in the chain of events; 0 before it has one."""
    type: str
    at: int
    data: Mapping[str, Any]


class Stand(Struct, frozen=True):
    """Where a case stands: what events change of it, besides its PIN."""

    status: str
    handler: str
    changed_at: int
    due_at: int | None
    category: str
    kelurahan: str
    flags: str


def take(stand: Stand, event: CaseEvent, due_at: DueAt) -> Stand:
    """Where the case stands after an event.

    Raises:
        StepNotAllowedError: it cannot happen to a case that stands there.
    """
    step = _STEPS.get(event.type)
    if step is None:
        return stand  # It moves nothing, such as looking at a name.
    status = follow(Status(stand.status), step)
    moved = replace(stand, status=status.value, handler=_said(event, "unit", stand.handler), changed_at=event.at)
    if step is Step.VERIFIED:
        moved = replace(
            moved,
            category=_said(event, "category", stand.category),
            kelurahan=_said(event, "kelurahan", stand.kelurahan),
            flags=verified_flags(stand.flags),
        )
    return replace(moved, due_at=due_at(moved.status, moved.category, event.at))


def _said(event: CaseEvent, name: str, before: str) -> str:
    value = event.data.get(name)
    return value if isinstance(value, str) else before
