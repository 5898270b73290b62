"""Faults that were ordered, one command at a time: which one strikes now."""

import random
from typing import Literal

from msgspec import Struct

from firmware_bridge.errors import ScenarioError

FaultKind = Literal["error", "silence", "lost-answer", "garbage", "truncate", "unplug", "reboot", "hang"]
MAX_FAULTS = 1000
MAX_NOISE = 65_536


class Fault(Struct, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong with a command.

    `error` refuses it, `silence` neither does it nor answers, `lost-answer` does it without an answer, `garbage` mixes
    noise into the answer, `truncate` sends the answer's beginning only, `unplug` takes the port away, `reboot` restarts
    the modem, and after `hang` it answers nothing until the port is opened again or the power was gone.
    """

    command: str
    """`CMGL`; `*` is any command, an empty text the bare AT."""
    kind: FaultKind
    times: int = 1
    after: int = 0
    """So many of these commands pass first."""
    stage: Literal["prompt", "answer"] = "answer"
    """Of commands that ask for a text: before `> `, or after the text."""
    list: Literal["cms", "cme", ""] = "cms"
    """`error`: which list its number is from; none is a bare ERROR."""
    number: int = 500
    """`error`: behind +CMS ERROR or +CME ERROR."""
    octets: int | None = None
    """`garbage`: how many (24); `truncate`: how many of the answer go out (half)."""
    where: Literal["before", "inside", "instead"] = "before"
    """`garbage`: in front of the answer, somewhere in it, or in its place."""
    seconds: float | None = None
    """`unplug`, `reboot`: how long the port is gone (6; what the latency says)."""
    done: bool = False
    """`unplug`, `reboot`, `hang`: the command was carried out before."""
    until: Literal["reopen", "power"] = "reopen"
    """`hang`: what ends it."""

    def __post_init__(self) -> None:
        self.command = self.command.upper().removeprefix("AT").removeprefix("+")


class Faults:
    """The faults that still wait for their command, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order a fault.

        Raises:
            ScenarioError: there are too many, or it can never strike.
        """
        if len(self.waiting) >= MAX_FAULTS:
            raise ScenarioError(f"more than {MAX_FAULTS} faults wait")
        # Not `< 0`: JSON as Python reads it knows NaN.
        fine = (fault.seconds or 0) >= 0 and (fault.octets or 0) >= 0
        if fault.times < 1 or fault.after < 0 or not fine:
            raise ScenarioError("times is at least 1, and after, seconds and octets are not negative")
        self.waiting.append(fault)

    def strike(self, command: str, stage: str) -> Fault | None:
        """The fault of this command at this stage, used up by one."""
        for fault in self.waiting:
            if fault.stage != stage or fault.command not in {command, "*"}:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times == 0:
                self.waiting.remove(fault)
            return fault
        return None


def spoiled(answer: bytes, fault: Fault, dice: random.Random) -> bytes:
    """What is left of an answer."""
    if fault.kind == "truncate":
        return answer[: len(answer) // 2 if fault.octets is None else fault.octets]
    if fault.kind == "garbage":
        noise = dice.randbytes(24 if fault.octets is None else min(fault.octets, MAX_NOISE))
        if fault.where == "instead":
            return noise
        cut = dice.randrange(1, max(2, len(answer))) if fault.where == "inside" else 0
        return answer[:cut] + noise + answer[cut:]
    return answer
