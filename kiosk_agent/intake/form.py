"""A report as it comes in, and what its filing gives back."""

from msgspec import Struct

from sync_protocol.vocabulary import Channel, Identity


class Form(Struct, kw_only=True, omit_defaults=True):
    """What a resident, a clerk or a script fills in."""

    ref: bytes
    """16 random bytes: filing the same form twice gives the same number and PIN."""
    category: str
    kelurahan: str
    """The code of where it happened."""
    text: str
    channel: str = Channel.KIOSK
    place: str = ""
    identity: Identity | None = None
    """None: secret for the categories of violence and of officers, else unnamed without name and phone, else open."""
    name: str = ""
    phone: str = ""
    sms_ok: bool = False
    accused: str = ""
    """The code of the unit that the report is about."""
    operator: str = ""
    batch: str = ""
    row: int = 0
    sms: list[str] = []
    """SHA-256 of each SMS part that it came from, in hex. Such a report may leave the kelurahan open."""
    flags: list[str] = []
    """What was noticed about it, as in a COMPLAINT."""

    def __repr__(self) -> str:
        """Say nothing of the answers, wherever this is printed."""
        return "Form(...)"


class Filed(Struct, frozen=True):
    """What a resident takes home. It exists only once the report is on the disk."""

    number: str
    pin: str
    entry_id: bytes
    receipt: str
    """The text of the receipt's QR code; empty where the stored entry has rotted since."""
    filed_at_ms: int
    """The kiosk's clock, put right where its error is known."""
    repeated: bool
    """The form was filed before: this is the same number and PIN again."""
    differs: bool = False
    """What was filed before under this reference says something else."""

    def __repr__(self) -> str:
        """Say no PIN, wherever this is printed."""
        return "Filed(...)"
