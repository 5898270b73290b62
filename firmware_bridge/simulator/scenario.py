"""A scenario: requests that come at a time, or when something has happened.

A JSON list of steps. A step is a request of the control port with one more key:

    [{"at": 2.5, "do": "receive", "from": "+628123456789", "text": "KOTKUPANG lampu mati"},
     {"when": {"command": "CMGL", "count": 3}, "do": "unplug", "seconds": 6},
     {"when": {"deleted": 10}, "do": "fault", "command": "CMGD", "kind": "lost-answer"},
     {"do": "balance", "rupiah": 500}]

`at` counts seconds from the start. `when` names one or more of `command` (with `count`, 1 if left out: the command
begins for that many times), `deleted`, `delivered` and `sent` (so many messages or more), all of which must hold.
A step without either is done at the start. Each step is done once.
"""

from typing import Any

import msgspec
from msgspec import Struct

from firmware_bridge.errors import ScenarioError
from firmware_bridge.simulator.requests import AnyRequest, read_request

MAX_STEPS = 10_000


class When(Struct, forbid_unknown_fields=True):
    """What must have happened."""

    command: str = ""
    count: int = 1
    deleted: int = 0
    delivered: int = 0
    sent: int = 0

    def holds(self, commands: dict[str, int], *, deleted: int, delivered: int, sent: int) -> bool:
        name = self.command.upper().removeprefix("AT").removeprefix("+")
        enough = deleted >= self.deleted and delivered >= self.delivered and sent >= self.sent
        return enough and (not self.command or commands.get(name, 0) >= self.count)


class Step(Struct):
    """One request and its occasion."""

    request: AnyRequest
    at: float = 0.0
    when: When | None = None


def read_steps(steps: Any) -> list[Step]:
    """The steps of a scenario's JSON.

    Raises:
        ScenarioError: naming the step that makes no sense, counted from 1.
    """
    if not isinstance(steps, list) or len(steps) > MAX_STEPS:
        raise ScenarioError(f"a scenario is a list of at most {MAX_STEPS} steps")
    return [_read_step(number, step) for number, step in enumerate(steps, start=1)]


def _read_step(number: int, step: Any) -> Step:
    if not isinstance(step, dict):
        raise ScenarioError(f"step {number}: not an object")
    rest = dict(step)
    try:
        at = msgspec.convert(rest.pop("at", 0.0), float)
        when = msgspec.convert(rest.pop("when", None), When | None)
        request = read_request(rest)
    except (msgspec.ValidationError, ScenarioError) as error:
        raise ScenarioError(f"step {number}: {error}") from error
    if not at >= 0 or (when is not None and "at" in step):
        raise ScenarioError(f"step {number}: `at` is not negative, and goes without `when`")
    return Step(request, at, when)
