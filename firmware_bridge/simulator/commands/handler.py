"""What a command is: a function of the modem, the call and the time, which answers or raises `Refused`."""

from collections.abc import Callable

from firmware_bridge.simulator.command_line import Call
from firmware_bridge.simulator.device import Device
from firmware_bridge.simulator.refusals import Refused, cms
from firmware_bridge.simulator.replies import Reply, ok

Handler = Callable[[Device, Call, float], Reply]
TextHandler = Callable[[Device, Call, bytes, float], Reply]


def chosen(call: Call, position: int, default: int, allowed: range) -> int:
    """A number among the arguments.

    Raises:
        Refused: it is no number, or none of those allowed.
    """
    value = call.number(position, default)
    if value is None or value not in allowed:
        raise Refused
    return value


def require_messages(device: Device) -> None:
    """Refuse a message command where the SIM cannot be used (3GPP TS 27.005 section 3.2.5).

    Raises:
        Refused: the SIM is missing or locked.
    """
    if number := {10: 310, 11: 311, 12: 316}.get(device.sim.trouble):
        raise cms(number)


def fixed(line: Callable[[Device], str]) -> Handler:
    """A command that only ever says one line."""

    def answer(device: Device, call: Call, _at: float) -> Reply:
        if call.form == "set":
            raise Refused
        return ok() if call.form == "test" else ok(line(device))

    return answer
