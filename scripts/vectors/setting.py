"""Who writes in the vectors, and with which keys: all of them follow from names."""

import struct
import zlib
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync_protocol import bodies, keys
from sync_protocol.entry import DOMAIN, NO_PREV, Entry, write_entry
from tests.hpke_reference import seal_with

NOON_MS = 1_767_240_000_000
"""2026-01-01, 12.00 in Kupang."""

Vector = dict[str, Any]


def secret(name: str) -> bytes:
    """The 32 bytes that a name stands for."""
    return sha256(b"kasih vectors: " + name.encode()).digest()


def sign_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret(f"{name} sign"))


def seal_key(name: str) -> bytes:
    """The X25519 public key of this name."""
    return X25519PrivateKey.from_private_bytes(secret(f"{name} seal")).public_key().public_bytes_raw()


DEVICE, OTHER, SERVER, SUCCESSOR = map(sign_key, ("device", "other device", "server", "the server's next key"))
DEVICE_KEY, OTHER_KEY, SERVER_KEY, SUCCESSOR_KEY = (
    key.public_key().public_bytes_raw() for key in (DEVICE, OTHER, SERVER, SUCCESSOR)
)
DEVICE_LOG, OTHER_LOG = keys.device_log(DEVICE_KEY), keys.device_log(OTHER_KEY)
SERVER_LOG, OTHER_SERVER_LOG = keys.server_log(SERVER_KEY, DEVICE_LOG), keys.server_log(SERVER_KEY, OTHER_LOG)
INTAKE, DUTY, DEVICE_SEAL = seal_key("intake"), seal_key("duty"), seal_key("device")


class LogWriter:
    """Writes one log with a deterministic sealer."""

    def __init__(self, signer: Ed25519PrivateKey, log: bytes, recipient: bytes) -> None:
        self.signer, self.log, self.recipient = signer, log, recipient
        self.seq, self.prev = 0, NO_PREV

    def _seal(self, recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
        return seal_with(sha256(b"ephemeral" + info).digest(), recipient, info, plaintext)

    def write(self, kind: int, body: bytes, *, sealed: bool = True, time_ms: int | None = None) -> Entry:
        """The next entry of the log."""
        self.seq += 1
        entry = self.write_at(kind, body, self.seq, self.prev, sealed=sealed, time_ms=time_ms)
        self.prev = entry.id
        return entry

    def write_at(
        self, kind: int, body: bytes, seq: int, prev: bytes, *, sealed: bool = True, time_ms: int | None = None
    ) -> Entry:
        """An entry anywhere."""
        return write_entry(
            kind=kind,
            time_ms=NOON_MS + 60_000 * seq if time_ms is None else time_ms,
            seq=seq,
            log=self.log,
            prev=prev,
            body=body,
            signer=self.signer,
            recipient=self.recipient if sealed else None,
            seal=self._seal,
        )

    def raw(self, kind: int, to: bytes, body: bytes, *, seq: int = 7, log: bytes | None = None) -> bytes:
        """An entry whose body is these very bytes, validly signed."""
        header = struct.pack(">BBHIII16s32s", 1, kind, 0, 0, seq, int.from_bytes(to), log or self.log, secret("prev"))
        return header + body + self.signer.sign(DOMAIN + header + sha256(body).digest())

    def header(self, kind: int, to: bytes, *, seq: int = 7) -> bytes:
        """The header that `raw` writes."""
        return self.raw(kind, to, b"", seq=seq)[:64]


def device_writer() -> LogWriter:
    return LogWriter(DEVICE, DEVICE_LOG, INTAKE)


def server_writer() -> LogWriter:
    return LogWriter(SERVER, SERVER_LOG, DEVICE_SEAL)


def flip(data: bytes, at: int, bit: int = 0) -> bytes:
    """The bytes with one bit turned over."""
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def vector(name: str, data: bytes, expect: str, comment: str, **more: object) -> Vector:
    return {"name": name, "expect": expect, "comment": comment, **more, "input": data.hex()}


def typed(name: str, text: str, expect: str, comment: str, **more: object) -> Vector:
    return {"name": name, "expect": expect, "comment": comment, **more, "text": text}


def deflate(data: bytes, dictionary: bytes | None = None) -> bytes:
    """Raw DEFLATE."""
    if dictionary is None:
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    else:
        stream = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return stream.compress(data) + stream.flush()


def sample_complaint() -> bodies.Complaint:
    """The complaint of docs/protocol.md."""
    return bodies.Complaint(
        category="PJU",
        kelurahan="53.71.04.1010",
        pin="402913",
        text="Lampu jalan mati dekat jembatan Liliba.",
        place="RT 07 RW 02",
        name="Maria Tefa",
        phone="081200000001",
        sms_ok=True,
    )


def keys_body(sign: bytes) -> bytes:
    return bodies.Keys(sign=sign.hex(), intake=secret("intake").hex(), duty=secret("duty").hex()).encode()


SETTING = {
    "device_sign_key": DEVICE_KEY.hex(),
    "device_signing_key": secret("device sign").hex(),
    "device_log": DEVICE_LOG.hex(),
    "device_open_key": secret("device seal").hex(),
    "server_sign_key": SERVER_KEY.hex(),
    "server_signing_key": secret("server sign").hex(),
    "server_log": SERVER_LOG.hex(),
    "intake_open_key": secret("intake seal").hex(),
    "zlib": zlib.ZLIB_RUNTIME_VERSION,
}
