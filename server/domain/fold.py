"""What an entry of the ledger means: the case that a complaint makes, the health of a device, or why it cannot be read.

A pure function of the entry and of what was noted at its arrival, so that all cases can be made again: from the ledger,
and from the events, which say what happened to a case since (`case_story.py`).
"""

import hmac
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from sync_protocol.bodies import Body, Complaint, decode_body
from sync_protocol.entry import HEADER_SIZE, SIGNATURE_SIZE
from sync_protocol.kinds import PLAIN, Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import NOT_SEALED, open_body

_TO = slice(12, 16)
_FIRST_DOWN: Final = 32


class Private(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What residents wrote or what names them, as it is encrypted in a case.

    Of a secret report the centre has only what stands outside its inner seals.
    """

    pin: str = ""
    text: str = ""
    place: str = ""
    name: str = ""
    phone: str = ""
    sms_ok: bool = False
    operator: str = ""
    is_sealed: bool = False
    """The text and the name lie in the ledger, sealed to the duty key."""

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self)


class PrivateNote(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a resident wrote in a note, as it is encrypted."""

    pin: str = ""
    text: str = ""
    rating: int = 0

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self)


class PrivateSms(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who sent an SMS, or to whom one goes, and what it says, as it is encrypted."""

    phone: str = ""
    text: str = ""
    flags: list[str] = []

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self)


_PRIVATE = msgspec.json.Decoder(Private)
_PRIVATE_NOTE = msgspec.json.Decoder(PrivateNote)

_PRIVATE_SMS = msgspec.json.Decoder(PrivateSms)


def decode_private(data: bytes) -> Private:
    """Read what `Private.encode` wrote."""
    return _PRIVATE.decode(data)


def decode_note(data: bytes) -> PrivateNote:
    """Read what `PrivateNote.encode` wrote."""
    return _PRIVATE_NOTE.decode(data)


def decode_sms(data: bytes) -> PrivateSms:
    """Read what `PrivateSms.encode` wrote."""
    return _PRIVATE_SMS.decode(data)


def fits(pin: str, typed: str) -> bool:
    """Whether what was typed is the PIN of a case; a case without one is never opened."""
    return pin != "" and hmac.compare_digest(pin.encode(), typed.encode())


def read_body(kind: int, raw: bytes, openers: dict[bytes, X25519PrivateKey]) -> Body | None:
    """Open, unpack and decode the body of an entry; None for a kind that this version does not know.

    Args:
        raw: the entry as received.
        openers: the centre's intake keys by their `key_tag`.

    Raises:
        ProtocolError: it cannot be opened, or is not what its kind declares.
    """
    header = raw[:HEADER_SIZE]
    return decode_body(kind, unpack(open_body(header[_TO], header, raw[HEADER_SIZE:-SIGNATURE_SIZE], openers)))


def is_bare(kind: int, raw: bytes) -> bool:
    """Whether an entry came without the seal that its kind must have (protocol, section 3)."""
    return kind in KINDS and kind not in PLAIN and raw[_TO] == NOT_SEALED


def is_expected(kind: int, kinds: Mapping[int, object]) -> bool:
    """Whether a device of this version writes this kind."""
    return kind in kinds and kind < _FIRST_DOWN


def private_of(complaint: Complaint) -> Private:
    """What of a complaint is to be encrypted."""
    return Private(
        pin=complaint.pin,
        text=complaint.text,
        place=complaint.place,
        name=complaint.name,
        phone=complaint.phone,
        sms_ok=complaint.sms_ok,
        operator=complaint.operator,
        is_sealed=complaint.secret is not None,
    )


def claim_of(raw: bytes) -> int:
    """The writer's clock in an entry's header, Unix milliseconds."""
    return int.from_bytes(raw[2:8])


KINDS: Final = {int(kind): kind for kind in Kind}
