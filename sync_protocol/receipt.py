"""The receipt that a resident takes home: an entry without its body, as text for a QR code (section 2)."""

from base64 import b32decode, b32encode
from hashlib import sha256

from msgspec import Struct

from sync_protocol.entry import HEADER_SIZE, SIGNATURE_SIZE, Entry, parse_entry, read_header
from sync_protocol.errors import ReceiptError
from sync_protocol.number import number_of

PREFIX = "KASIH1R:"
_SIZE = HEADER_SIZE + 32 + SIGNATURE_SIZE


class Receipt(Struct, frozen=True):
    """What a receipt proves, once its signature is verified with the log's public key."""

    number: str
    id: bytes
    log: bytes
    seq: int
    time_ms: int
    kind: int
    message: bytes
    """What was signed."""
    signature: bytes


def write_receipt(entry: Entry) -> str:
    """The text of an entry's receipt, 264 characters; it holds no word of the complaint and no PIN."""
    data = entry.header + sha256(entry.body).digest() + entry.signature
    return PREFIX + b32encode(data).decode().rstrip("=")


def read_receipt(text: str) -> Receipt:
    """Read a receipt's text. Proves nothing before its signature is checked.

    Raises:
        ReceiptError: not the text of a receipt.
        UnknownVersionError: of a layout that this reader does not know.
    """
    letters = "".join(text.split()).upper()
    if not letters.startswith(PREFIX):
        raise ReceiptError(f"a receipt starts with {PREFIX}")
    letters = letters.removeprefix(PREFIX)
    try:
        data = b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        raise ReceiptError("the receipt holds other characters than A to Z and 2 to 7, or is cut") from None
    if len(data) != _SIZE:
        raise ReceiptError(f"a receipt holds {_SIZE} bytes, this one {len(data)}")
    header, body_hash, signature = data[:HEADER_SIZE], data[HEADER_SIZE : HEADER_SIZE + 32], data[-SIGNATURE_SIZE:]
    envelope = parse_entry(header + signature)  # the same header, so the same version, kind, time and log
    entry_id, message = read_header(header, body_hash, signature)
    return Receipt(
        number=number_of(entry_id),
        id=entry_id,
        log=envelope.log,
        seq=envelope.seq,
        time_ms=envelope.time_ms,
        kind=envelope.kind,
        message=message,
        signature=signature,
    )
