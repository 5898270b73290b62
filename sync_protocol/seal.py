"""Sealing bodies to one reader: HPKE base mode, X25519, HKDF-SHA256, ChaCha20Poly1305 (RFC 9180)."""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync_protocol.errors import UnsealError, WeakKeyError, WrongRecipientError

NOT_SEALED = bytes(4)
OVERHEAD = 48
"""Bytes that a seal adds: the encapsulated key (32) and the tag (16)."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_ENTRY_INFO = b"kasih seal v1\n"
_DUTY_INFO = b"kasih duty v1\n"


def key_tag(public_key: bytes) -> bytes:
    """The 4 bytes in a header that name the recipient, so that a reader need not try all its keys."""
    return sha256(public_key).digest()[:4]


def recipient_tag(tag: bytes) -> bytes:
    """Give the tag back, if a header can name a recipient by it (section 2).

    Raises:
        WeakKeyError: four zero bytes, which would say that the body is not sealed. One key in 2^32 has that tag.
    """
    if tag == NOT_SEALED:
        raise WeakKeyError("the tag of the sealing key is zero, so no header can name it")
    return tag


def seal_info(header: bytes) -> bytes:
    """What binds a sealed body to its header, so that it cannot be moved to another entry."""
    return _ENTRY_INFO + header


def duty_info(log: bytes, part: str) -> bytes:
    """What binds an inner seal of a secret report (section 8) to its log and to its part, `text` or `person`."""
    return _DUTY_INFO + log + part.encode()


def hpke_seal(recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Seal bytes so that only the holder of the recipient's X25519 private key can read them."""
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(recipient), info=info)


def hpke_open(private_key: X25519PrivateKey, info: bytes, sealed: bytes) -> bytes:
    """Open what `hpke_seal` made.

    Raises:
        UnsealError: another key, other info, altered or cut.
    """
    try:
        return _SUITE.decrypt(sealed, private_key, info=info)
    except (InvalidTag, ValueError):
        raise UnsealError("the body was altered or cut, or belongs to another header") from None


def open_body(to: bytes, header: bytes, body: bytes, keys: dict[bytes, X25519PrivateKey]) -> bytes:
    """Give an entry's packed body, opened with the key that the header names where it is sealed.

    Args:
        keys: private keys by their `key_tag`.

    Raises:
        WrongRecipientError: none of the keys is the one named.
        UnsealError: altered, cut or bound to another header.
    """
    if to == NOT_SEALED:
        return body
    key = keys.get(to)
    if key is None:
        raise WrongRecipientError(f"sealed to the key {to.hex()}, which is not at hand")
    return hpke_open(key, seal_info(header), body)
