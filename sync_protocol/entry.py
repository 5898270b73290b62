"""One entry: its header, its id, its signature (section 2).

Example, in hex: 01 02 0199c0ffee00 00000007 3af1… <log 16> <prev 32> <body> <signature 64>.
"""

import struct
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from sync_protocol.errors import BadSignatureError, MalformedEntryError, UnknownVersionError
from sync_protocol.packing import pack
from sync_protocol.seal import NOT_SEALED, hpke_seal, key_tag, recipient_tag, seal_info

VERSION = 1
HEADER_SIZE = 64
SIGNATURE_SIZE = 64
MIN_ENTRY_SIZE = HEADER_SIZE + SIGNATURE_SIZE
MAX_ENTRY_SIZE = 65_535
NO_PREV = bytes(32)
DOMAIN = b"kasih entry v1\n"

Sealer = Callable[[bytes, bytes, bytes], bytes]
"""Seals (recipient's X25519 public key, info, plaintext); a simulation passes a deterministic one."""

_HEADER = struct.Struct(">BBHIII16s32s")
_MAX_TIME_MS = (1 << 48) - 1


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """An entry whose envelope is well formed. Nothing in it is proven until `verify_entry` has passed."""

    raw: bytes
    """The bytes as received: what is stored, sent on and signed."""
    id: bytes
    """SHA-256 of what is signed: 32 bytes."""
    kind: int
    time_ms: int
    """The writer's wall clock in Unix milliseconds; 0 where the writer knows it to be wrong."""
    seq: int
    to: bytes
    """The first 4 bytes of SHA-256 of the recipient's key; zeros where the body is not sealed."""
    log: bytes
    """The 16 bytes that name the log."""
    prev: bytes
    """The id of the entry before; zeros at seq 1."""
    message: bytes
    """What is signed: domain, header, SHA-256 of the body."""

    @property
    def header(self) -> bytes:
        """The first 64 bytes."""
        return self.raw[:HEADER_SIZE]

    @property
    def body(self) -> bytes:
        """The packed, and mostly sealed, body."""
        return self.raw[HEADER_SIZE:-SIGNATURE_SIZE]

    @property
    def signature(self) -> bytes:
        """The last 64 bytes."""
        return self.raw[-SIGNATURE_SIZE:]


def parse_entry(raw: bytes) -> Entry:
    """Read an entry's envelope. Proves nothing about who wrote it.

    Raises:
        MalformedEntryError: shorter than 128 or longer than 65,535 bytes.
        UnknownVersionError: the first byte is not 1.
    """
    if not MIN_ENTRY_SIZE <= len(raw) <= MAX_ENTRY_SIZE:
        raise MalformedEntryError(f"an entry has 128 to 65,535 bytes, this one {len(raw)}")
    if raw[0] != VERSION:
        raise UnknownVersionError(f"version {raw[0]} at byte 0, known is {VERSION}")
    _, kind, time_high, time_low, seq, to, log, prev = _HEADER.unpack_from(raw)
    message = b"".join((DOMAIN, raw[:HEADER_SIZE], sha256(raw[HEADER_SIZE:-SIGNATURE_SIZE]).digest()))
    return Entry(
        raw=raw,
        id=sha256(message).digest(),
        kind=kind,
        time_ms=time_high << 32 | time_low,
        seq=seq,
        to=to.to_bytes(4),
        log=log,
        prev=prev,
        message=message,
    )


def verify_entry(entry: Entry, key: Ed25519PublicKey) -> None:
    """Check that the key of the log signed this entry (RFC 8032, Ed25519).

    Raises:
        BadSignatureError: it did not.
    """
    try:
        key.verify(entry.signature, entry.message)
    except InvalidSignature:
        raise BadSignatureError(f"entry {entry.id.hex()} is not signed by the key of its log") from None


def write_entry(
    *,
    kind: int,
    time_ms: int,
    seq: int,
    log: bytes,
    prev: bytes,
    body: bytes,
    signer: Ed25519PrivateKey,
    recipient: bytes | None = None,
    seal: Sealer = hpke_seal,
) -> Entry:
    """Pack, seal (where there is a recipient) and sign a JSON body as one entry.

    Args:
        time_ms: Unix milliseconds, 48 bits; 0 where the clock is known to be wrong.
        body: JSON in UTF-8, at most 65,536 bytes.
        recipient: the X25519 public key (32 bytes) that may read the body; None leaves it plain.

    Raises:
        MalformedEntryError: the entry would not fit into a frame.
        PackError: the body is too long.
        WeakKeyError: no header can name the recipient.
    """
    to = NOT_SEALED if recipient is None else recipient_tag(key_tag(recipient))
    time_ms = min(max(time_ms, 0), _MAX_TIME_MS)
    header = _HEADER.pack(VERSION, kind, time_ms >> 32, time_ms & 0xFFFF_FFFF, seq, int.from_bytes(to), log, prev)
    packed = pack(body)
    sealed = packed if recipient is None else seal(recipient, seal_info(header), packed)
    message = DOMAIN + header + sha256(sealed).digest()
    return parse_entry(header + sealed + signer.sign(message))


def read_header(header: bytes, body_hash: bytes, signature: bytes) -> tuple[bytes, bytes]:
    """Give the (id, message) of an entry whose body is absent, as on a receipt."""
    message = DOMAIN + header + body_hash
    if len(header) != HEADER_SIZE or len(signature) != SIGNATURE_SIZE:
        raise MalformedEntryError("a header and a signature have 64 bytes each")
    return sha256(message).digest(), message
