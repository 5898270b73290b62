"""What can be asked of a running simulator, as JSON objects: on its control port, and as the steps of a scenario."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from firmware_bridge.errors import ScenarioError
from firmware_bridge.simulator.faults import Fault


class Request(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """Something that is asked of the simulator."""


class Receive(Request, tag="receive"):
    """A text arrives at the SMSC for the SIM."""

    sender: str = msgspec.field(name="from")
    text: str
    parts: int | Literal["auto"] = "auto"
    times: int = 1
    missing: list[int] = []
    """Parts that never come, counted from 1."""
    order: Literal["forward", "backward", "shuffled"] = "forward"
    reference: int | None = None
    """Of a message in parts: its reference; 256 and above makes it one of 16 bits."""


class ReceivePdu(Request, tag="receive_pdu"):
    """A PDU arrives at the SMSC, SMSC octets first, whatever it is."""

    pdu: str
    times: int = 1


class Sent(Request, tag="sent"):
    """Which whole messages the modem's user sent."""


class State(Request, tag="state"):
    """What is where."""


class FaultOrder(Request, Fault, tag="fault"):
    """A command goes wrong; see `faults.Fault`."""


class ClearFaults(Request, tag="clear_faults"):
    """No fault waits any more, and a modem that hangs answers again."""


class Unplug(Request, tag="unplug"):
    """The modem is pulled out for a time."""

    seconds: float = 6.0


class Reboot(Request, tag="reboot"):
    """The modem restarts by itself."""

    seconds: float | None = None
    """How long the port is gone; without it what the latency says."""


class Redeliver(Request, tag="redeliver"):
    """The SMSC delivers a share of what it delivered so far again; with `from_now_on` also of what is to come."""

    share: float
    from_now_on: bool = False


class Balance(Request, tag="balance"):
    """The prepaid balance changes."""

    rupiah: int


class Coverage(Request, tag="coverage"):
    """The network is gone or back; `signal` as +CSQ gives it."""

    registered: bool
    signal: int | None = None


class ReportStatus(Request, tag="report_status"):
    """What later status reports say: TP-ST, 0 delivered, 32 and above still tried, 64 and above failed."""

    status: int


class Say(Request, tag="say"):
    """The modem says a line by itself: RING, ^RSSI:12, +CREG: 2 and the like."""

    line: str


class Quit(Request, tag="quit"):
    """The simulator ends."""


AnyRequest = (
    Receive
    | ReceivePdu
    | Sent
    | State
    | FaultOrder
    | ClearFaults
    | Unplug
    | Reboot
    | Redeliver
    | Balance
    | Coverage
    | ReportStatus
    | Say
    | Quit
)


def read_request(asked: Any) -> AnyRequest:
    """The request that a JSON object means.

    Raises:
        ScenarioError: it means none.
    """
    try:
        request: AnyRequest = msgspec.convert(asked, AnyRequest)
    except msgspec.ValidationError as error:
        raise ScenarioError(str(error)) from error
    return request
