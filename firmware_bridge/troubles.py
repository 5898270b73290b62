"""What `ModemStatus.trouble` can say: stable codes, the one to mend first. docs/modem.md has a row for each."""

from enum import StrEnum


class Trouble(StrEnum):
    """In the order in which they are mended."""

    PORT_GONE = "port-gone"
    PORT_BUSY = "port-busy"
    PORT_DENIED = "port-denied"
    NO_MODEM = "no-modem"
    FAULT = "fault"
    SAME_MODEM = "same-modem"
    SIM_MISSING = "sim-missing"
    SIM_PIN = "sim-pin"
    SIM_PUK = "sim-puk"
    SIM_REJECTED = "sim-rejected"
    SILENT = "silent"
    DESK_REFUSED = "desk-refused"
    CANNOT_DELETE = "cannot-delete"
    CANNOT_LIST = "cannot-list"
    DENIED = "denied"
    NOT_REGISTERED = "not-registered"
    NO_SMSC = "no-smsc"
    NO_CREDIT = "no-credit"
    REFUSED = "refused"
