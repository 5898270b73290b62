"""What can go wrong between this computer and a SIM. Messages are for people (Bahasa Indonesia), `code` for programs.

BridgeError
├── PduError               bytes that are no PDU, or a message that no PDU can carry
├── PortError              a port that cannot be opened, or that is gone
├── AtError                what a modem answers, or does not
│   ├── CommandFailedError     it said no
│   └── CommandTimeoutError    it said nothing in time
├── SimError               no SIM, one that wants a PIN or PUK, or one that is rejected
├── ScenarioError          a scenario or a request that the simulator cannot follow
└── UsageError             an argument or a setting that makes no sense
"""

from typing import Literal

ErrorKind = Literal["cms", "cme"] | None
"""Which list a number is from: 3GPP TS 27.005 section 3.2.5 (cms), TS 27.007 section 9.2 (cme), or none."""


class BridgeError(Exception):
    """Something between this computer and a SIM does not work."""

    code = "bridge"


class PduError(BridgeError):
    """Bytes that are no PDU, or a message that no PDU can carry; the message names the octet or the field."""

    code = "pdu"


class PortError(BridgeError):
    """The port cannot be opened, or it is gone."""

    code = "port"


class AtError(BridgeError):
    """A modem answered otherwise than a command needs."""

    code = "at"


class CommandFailedError(AtError):
    """The modem refused a command: ERROR, +CMS ERROR or +CME ERROR."""

    code = "command-failed"

    def __init__(self, number: int | None, kind: ErrorKind, text: str) -> None:
        super().__init__(text)
        self.number = number
        """The number behind +CMS ERROR or +CME ERROR; None after a bare ERROR or words."""
        self.kind: ErrorKind = kind
        self.text = text


class CommandTimeoutError(AtError):
    """The modem gave no final answer in the time that the command may take."""

    code = "command-timeout"


class SimError(BridgeError):
    """The SIM is missing, locked or rejected."""

    code = "sim"

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        """`sim-missing`, `sim-pin`, `sim-puk` or `sim-rejected`."""


class ScenarioError(BridgeError):
    """A scenario or a request that the simulator cannot follow."""

    code = "scenario"


class UsageError(BridgeError):
    """An argument or a setting that makes no sense."""

    code = "usage"
