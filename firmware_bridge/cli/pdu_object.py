"""Which fields the objects of `kasih-modem decode` and `encode` have."""

from typing import Final, Literal

from msgspec import Struct, field

from firmware_bridge.pdu import Alphabet, Command, Deliver, Message, StatusReport, Submit

KINDS: Final[dict[str, type[Message]]] = {
    "deliver": Deliver,
    "submit": Submit,
    "status-report": StatusReport,
    "command": Command,
}
PEERS: Final = {"deliver": "sender", "submit": "recipient", "status-report": "recipient", "command": "recipient"}
TIMES: Final[dict[str, tuple[str, ...]]] = {
    "deliver": ("timestamp",),
    "submit": (),
    "status-report": ("timestamp", "discharge_at"),
    "command": (),
}
PLAIN: Final[dict[str, tuple[str, ...]]] = {
    "deliver": ("pid", "more_messages", "report", "loop_prevention", "reply_path"),
    "submit": ("reference", "pid", "report", "reject_duplicates", "reply_path"),
    "status-report": (
        *("reference", "status", "pid", "indicator"),
        *("more_messages", "loop_prevention", "of_command"),
    ),
    "command": ("reference", "pid", "command", "message_number", "report"),
}
"""By kind, the numbers and flags that stand in an object as they stand in the message."""


class ConcatObject(Struct):
    """Which part it is."""

    ref: int
    total: int
    part: int


class PortsObject(Struct):
    """Which applications it is from and for."""

    destination: int
    source: int


class ElementObject(Struct):
    """One element of the header, with its data in hex."""

    iei: int
    data: str


class EnhancedObject(Struct):
    """A validity period in the enhanced format, as its seven octets in hex."""

    enhanced: str


class MessageObject(Struct, kw_only=True):
    """What `encode` reads; what `decode` prints beyond it follows from these."""

    kind: Literal["deliver", "submit", "status-report", "command"]
    sender: str | None = None
    sender_type: int | None = None
    """The octet with type of number and numbering plan; without it, the number says which."""
    recipient: str | None = None
    recipient_type: int | None = None
    smsc: str | None = None
    smsc_type: int | None = None
    text: str | None = None
    data: str | None = None
    dcs: int | None = None
    alphabet: Alphabet | None = None
    message_class: int | None = field(default=None, name="class")
    concat: ConcatObject | None = None
    ports: PortsObject | None = None
    udh: list[ElementObject] | None = None
    timestamp: str | None = None
    discharge_at: str | None = None
    validity: int | str | EnhancedObject | None = None
    """Seconds, a time, or the enhanced format."""
    reference: int = 0
    status: int = 0
    pid: int | None = None
    indicator: int | None = None
    command: int = 0
    message_number: int = 0
    more_messages: bool = False
    report: bool = False
    loop_prevention: bool = False
    reply_path: bool = False
    reject_duplicates: bool = False
    of_command: bool = False
