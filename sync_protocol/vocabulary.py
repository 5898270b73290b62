"""Words with a fixed meaning on both sides. Units, categories and texts are data (MASTER), not code."""

from enum import StrEnum
from typing import Final

MAX_TEXT: Final = 4_000
"""Characters of a complaint's text, at most (section 9)."""
MAX_LINE: Final = 200
"""Characters of a name or a place, at most."""


class Identity(StrEnum):
    """How much of the resident's identity may be seen, and by whom."""

    OPEN = "open"
    """TERBUKA: the agency that handles the case sees the name."""
    ANONYMOUS = "anonymous"
    """ANONIM: sworn staff alone see the name."""
    SECRET = "secret"
    """RAHASIA: sworn staff alone see the name and the text."""
    UNNAMED = "unnamed"
    """TANPA NAMA: nobody knows."""


class Channel(StrEnum):
    """How a complaint came in."""

    KIOSK = "kios"
    SMS = "sms"
    BATCH = "batch_lurah"
    USB = "usb"
    WEB = "web"
    IN_PERSON = "tatap_muka"
    PHONE = "telepon"
    LETTER = "surat"
    WHATSAPP = "whatsapp"
    FACEBOOK = "facebook"
    LAPOR = "lapor_sp4n"


SECRET_CATEGORIES: Final = frozenset({"PGL", "PPA"})
"""Categories whose reports start at RAHASIA."""


class DeviceState(StrEnum):
    """What the server says of a device in its HEAD (section 6)."""

    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"
