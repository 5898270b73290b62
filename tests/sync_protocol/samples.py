"""Logs to test with: fixed keys, a deterministic sealer."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync_protocol import keys
from sync_protocol.bodies import Clock, Complaint
from sync_protocol.entry import NO_PREV, Entry, write_entry
from sync_protocol.kinds import Kind
from sync_protocol.reply import Pinned, PinnedKey, Reply, read_reply
from sync_protocol.seal import key_tag
from tests.hpke_reference import seal_with

NOW_MS = 1_767_240_000_000
DEVICE, SERVER, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2, 3))
INTAKE, KIOSK = (X25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (4, 5))
INTAKE_KEY, KIOSK_KEY = (private.public_key().public_bytes_raw() for private in (INTAKE, KIOSK))
ZERO_TAG_KEY = b"kasih: its tag is zero. " + 0x10CE01B97.to_bytes(8, "little")
"""Found by search: one key in 2^32 is like that."""
OPEN_KEYS = {key_tag(INTAKE_KEY): INTAKE, key_tag(KIOSK_KEY): KIOSK}
DEVICE_LOG = keys.device_log(DEVICE.public_key().public_bytes_raw())
SERVER_LOG = keys.server_log(SERVER.public_key().public_bytes_raw(), DEVICE_LOG)


PINNED = Pinned(log=SERVER_LOG.hex(), keys=[PinnedKey(sign=SERVER.public_key().public_bytes_raw().hex())])


def read(data: bytes) -> Reply:
    """A reply, as the kiosk with the pinned server key reads it."""
    return read_reply(data, PINNED)[0]


def seal(recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
    return seal_with(sha256(info).digest(), recipient, info, plaintext)


def entry(
    seq: int = 1,
    prev: bytes = NO_PREV,
    body: bytes | None = None,
    *,
    kind: int = Kind.CLOCK,
    signer: Ed25519PrivateKey = DEVICE,
    log: bytes = DEVICE_LOG,
    recipient: bytes | None = None,
) -> Entry:
    return write_entry(
        kind=kind,
        time_ms=NOW_MS + seq,
        seq=seq,
        log=log,
        prev=prev,
        body=body or Clock(reason="boot", jump_ms=seq).encode(),
        signer=signer,
        recipient=recipient,
        seal=seal,
    )


def complaint(text: str = "Lampu jalan mati dekat pasar.") -> bytes:
    return Complaint(category="PJU", kelurahan="53.71.04.1010", pin="402913", text=text).encode()


def log(count: int) -> list[Entry]:
    """A device's log: CLOCK and sealed COMPLAINT in turn."""
    entries: list[Entry] = []
    for seq in range(1, count + 1):
        prev = entries[-1].id if entries else NO_PREV
        sealed = seq % 2 == 0
        entries.append(
            entry(
                seq,
                prev,
                complaint(f"Aduan ke-{seq}") if sealed else None,
                kind=Kind.COMPLAINT if sealed else Kind.CLOCK,
                recipient=INTAKE_KEY if sealed else None,
            )
        )
    return entries
