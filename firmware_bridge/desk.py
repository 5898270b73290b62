"""What the bridge hands over and asks for: the types between the modems and whoever files their SMS.

The bridge imports nothing of its user. The user brings a `Desk`; its methods are called from the modems' threads.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class DeskRefusedError(Exception):
    """The desk could not commit what it was given: nothing is deleted from the SIM, and it is handed over again."""

    code = "desk-refused"


class Sim(Struct, frozen=True):
    """The SIM card, the modem it is in and the port that leads there."""

    imsi: str
    """Empty where the card does not tell."""
    imei: str
    """Empty where the modem does not tell."""
    port: str
    """As it is open now; the name may change with the next plugging in."""


class Found(Struct, frozen=True):
    """One PDU that a modem held, as it gave it: nothing was decoded."""

    storage: str
    """As AT+CPMS names it (SM, ME, SR ...); empty for what came by +CMT or +CDS and lies in no storage."""
    index: int
    pdu: bytes
    """With the SMSC octets in front. What was no hex at all stands here as the line's own bytes."""
    status: int
    """0 unread, 1 read, 2 stored and not sent, 3 stored and sent (27.005, section 3.1)."""


class Outgoing(Struct, frozen=True):
    """One part of a message to send; its attempt is committed already."""

    id: str
    part: int
    """From 1."""
    parts: int
    pdu: bytes
    """A SUBMIT with the SMSC octets in front (00: the SIM's own)."""
    is_reply: bool
    is_resend: bool


class Outcome(StrEnum):
    """What became of one attempt to send."""

    SENT = "sent"
    """The network took it and gave a reference."""
    FAILED = "failed"
    """It never reached the network; it may be tried later."""
    REFUSED = "refused"
    """The network said no, and would say so again."""
    UNKNOWN = "unknown"
    """No answer came: it may have gone, or not."""


class ModemStatus(Struct, frozen=True):
    """How one modem is, for status pages and health entries."""

    port: str
    """As it is open now; the configured name while none is."""
    imei: str
    imsi: str
    model: str
    """Manufacturer and model."""
    state: str
    """A state of `modem.State`."""
    since_ms: int
    """When it came into that state; like every `_ms` here milliseconds since 1970, 0 for never."""
    operator: str
    signal_dbm: int | None
    registration: str
    """home, roaming, searching, denied, none, unknown."""
    slots_used: int
    slots_total: int
    last_sweep_ms: int
    last_sms_ms: int
    resets: int
    """How often the modem started anew since the program started: told to, or by itself where its port stayed."""
    unknown_sends: int
    balance: int | None
    """Rupiah, as the last answer to the balance code said."""
    trouble: str
    """A stable code; empty when all is well."""
    steps: tuple[str, ...]
    """The last 20 steps of the watchdog, oldest first."""
    last_step_ms: int
    """When the last of them was taken."""


class Desk(Protocol):
    """Who files what comes in and says what goes out."""

    def take(self, sim: Sim, found: Sequence[Found]) -> None:
        """Commit every message durably, decodable or not.

        Only after it returned the bridge deletes them, one AT+CMGD each. Repeats are no error.

        Raises:
            DeskRefusedError: it could not; nothing is deleted, and it comes again.
        """
        ...

    def next_out(self, sim: Sim, *, replies_only: bool = False) -> Outgoing | None:
        """What to send now, its attempt committed already, so that a crash from here on leaves it `unknown`.

        Parts of one message come one after the other. Limits and quiet hours are the desk's affair.
        """
        ...

    def outcome(self, sim: Sim, outgoing: Outgoing, outcome: Outcome, *, reference: int | None, code: str) -> None:
        """What became of what `next_out` gave; `code` is empty for SENT, else such as `cms-38` or `at-timeout`."""
        ...

    def balance(self, sim: Sim, text: str, rupiah: int | None) -> None:
        """What the operator answered to the balance code, and the amount if it was understood."""
        ...
