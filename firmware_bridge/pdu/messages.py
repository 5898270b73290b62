"""The messages of 3GPP TS 23.040 section 9.2.2 as values.

`udh` and `dcs` are what a PDU holds; alphabet, class, part, ports and languages are read from them, so that they can
never contradict each other. To build one: `dcs=dcs_for(Alphabet.UCS2)`, `udh=(Concat(7, 2, 1).element(),)`.
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from firmware_bridge.pdu.address import Address
from firmware_bridge.pdu.coding import Alphabet, Coding, WaitingIndication, coding_of
from firmware_bridge.pdu.header import Concat, Element, Ports, concat_of, languages_of, ports_of
from firmware_bridge.pdu.times import Validity

SILENT: Final = 0x40
"""TP-PID of a short message type 0: the phone confirms it and shows nothing (section 9.2.3.9)."""


class Message(Struct, frozen=True, kw_only=True):
    """What all four have: user data, and the service centre in front."""

    smsc: Address | None = None
    dcs: int | None = 0
    """None in a report or command without one."""
    text: str | None = None
    """With 7 bits or UCS-2. At the edges of a part it may hold half a character: half a surrogate pair, or an escape
    (U+001B) at the end. `join_parts` puts such halves together; show and store what it returns."""
    data: bytes | None = None
    """With 8 bits."""
    udh: tuple[Element, ...] = ()
    truncated: bool = False
    """The PDU ended before its user data did; `text` or `data` is what was there. Of a report: what stands behind its
    status did not read."""

    @property
    def coding(self) -> Coding:
        return coding_of(self.dcs or 0)

    @property
    def alphabet(self) -> Alphabet:
        return self.coding.alphabet

    @property
    def message_class(self) -> int | None:
        """0 to 3, or None."""
        return self.coding.message_class

    @property
    def mwi(self) -> WaitingIndication | None:
        return self.coding.waiting

    @property
    def concat(self) -> Concat | None:
        return concat_of(self.udh)

    @property
    def ports(self) -> Ports | None:
        return ports_of(self.udh)

    @property
    def languages(self) -> tuple[int, int]:
        """The national languages of the locking and the single shift table; 0 is none."""
        return languages_of(self.udh)


class Deliver(Message, frozen=True, kw_only=True):
    """An SMS on its way to us (section 9.2.2.1)."""

    sender: Address
    timestamp: datetime | None = None
    """The service centre's clock; None where the PDU names no time that exists."""
    pid: int = 0
    more_messages: bool = False
    """TP-MMS says that more wait (the bit itself is inverted). It changes when an SMS is delivered again."""
    report: bool = False
    """TP-SRI: the sender asked for a report."""
    loop_prevention: bool = False
    reply_path: bool = False

    @property
    def is_silent(self) -> bool:
        return self.pid == SILENT


class Submit(Message, frozen=True, kw_only=True):
    """An SMS on its way from us (section 9.2.2.2)."""

    recipient: Address
    reference: int = 0
    """TP-MR; most modems put their own in its place."""
    pid: int = 0
    validity: Validity = None
    report: bool = False
    """TP-SRR: we ask for a report."""
    reject_duplicates: bool = False
    reply_path: bool = False

    @property
    def is_silent(self) -> bool:
        return self.pid == SILENT


class StatusReport(Message, frozen=True, kw_only=True):
    """What became of an SMS that we sent (section 9.2.2.3)."""

    recipient: Address
    reference: int
    """The TP-MR of what was sent."""
    timestamp: datetime | None = None
    """When the service centre received it from us."""
    discharge_at: datetime | None = None
    """When it was delivered, or given up."""
    status: int
    """TP-ST, section 9.2.3.15: below 32 delivered or done, below 64 still being tried, else failed."""
    dcs: int | None = None
    pid: int | None = None
    indicator: int | None = None
    """TP-PI as it came; None where the report ends at its status. What it announces is read from the fields."""
    more_messages: bool = False
    loop_prevention: bool = False
    of_command: bool = False
    """TP-SRQ: it answers a command, not an SMS."""

    @property
    def is_pending(self) -> bool:
        return 0x20 <= self.status < 0x40


class Command(Message, frozen=True, kw_only=True):
    """A request to the service centre about an SMS sent before (section 9.2.2.4)."""

    recipient: Address
    reference: int = 0
    pid: int = 0
    command: int = 0
    """TP-CT, section 9.2.3.19: 0 enquires, 1 cancels the report, 2 deletes, 3 asks for a report."""
    message_number: int = 0
    dcs: int | None = None
    report: bool = False
