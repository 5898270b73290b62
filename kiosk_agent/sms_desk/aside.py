"""An SMS that was put aside, as it is shown to a technician."""

from msgspec import Struct


class Aside(Struct, frozen=True):
    """An SMS that was put aside."""

    at: int
    """The kiosk's clock, Unix milliseconds."""
    reason: str
    pdu: str = ""
    """In hex; only where it was asked for."""

    def __repr__(self) -> str:
        """Say nothing of its content."""
        return f"Aside({self.reason})"
