"""HPKE base mode written out from RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.

The library's `Suite` shows neither `aad` nor its ephemeral key, so the RFC's vectors cannot be run through it: they run
through this, and this is cross-opened with `Suite`. Its `seal_with` is also the deterministic sealer of vectors and simulations.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_KEM_ID, _KDF_ID, _AEAD_ID = 0x0020, 0x0001, 0x0003  # RFC 9180, section 7
_KEM_SUITE = b"KEM" + _KEM_ID.to_bytes(2)
_HPKE_SUITE = b"HPKE" + _KEM_ID.to_bytes(2) + _KDF_ID.to_bytes(2) + _AEAD_ID.to_bytes(2)
_BASE_MODE = b"\x00"
ENC_SIZE = 32


@dataclass(frozen=True)
class Context:
    """The outcome of the key schedule (section 5.1)."""

    key: bytes
    base_nonce: bytes

    def nonce(self, seq: int) -> bytes:
        """Section 5.2."""
        return bytes(a ^ b for a, b in zip(self.base_nonce, seq.to_bytes(12), strict=True))

    def seal(self, plaintext: bytes, aad: bytes = b"", seq: int = 0) -> bytes:
        return ChaCha20Poly1305(self.key).encrypt(self.nonce(seq), plaintext, aad)

    def open(self, ciphertext: bytes, aad: bytes = b"", seq: int = 0) -> bytes:
        return ChaCha20Poly1305(self.key).decrypt(self.nonce(seq), ciphertext, aad)


def _extract(salt: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), ikm, sha256)  # RFC 5869, section 2.2


def _expand(prk: bytes, info: bytes, length: int) -> bytes:
    output, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(prk, block + info + bytes([counter]), sha256)
        output += block
    return output[:length]


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return _extract(salt, b"HPKE-v1" + suite + label + ikm)  # section 4


def _labeled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return _expand(prk, length.to_bytes(2) + b"HPKE-v1" + suite + label + info, length)


def _shared_secret(dh: bytes, enc: bytes, recipient: bytes) -> bytes:
    prk = _labeled_extract(_KEM_SUITE, b"", b"eae_prk", dh)  # section 4.1, ExtractAndExpand
    return _labeled_expand(_KEM_SUITE, prk, b"shared_secret", enc + recipient, 32)


def _key_schedule(shared_secret: bytes, info: bytes) -> Context:
    psk_id_hash = _labeled_extract(_HPKE_SUITE, b"", b"psk_id_hash", b"")
    info_hash = _labeled_extract(_HPKE_SUITE, b"", b"info_hash", info)
    context = _BASE_MODE + psk_id_hash + info_hash
    secret = _labeled_extract(_HPKE_SUITE, shared_secret, b"secret", b"")
    return Context(
        key=_labeled_expand(_HPKE_SUITE, secret, b"key", context, 32),
        base_nonce=_labeled_expand(_HPKE_SUITE, secret, b"base_nonce", context, 12),
    )


def sender(ephemeral_private: bytes, recipient: bytes, info: bytes) -> tuple[bytes, Context]:
    """SetupBaseS with a given ephemeral key: (enc, context)."""
    ephemeral = X25519PrivateKey.from_private_bytes(ephemeral_private)
    enc = ephemeral.public_key().public_bytes_raw()
    dh = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    return enc, _key_schedule(_shared_secret(dh, enc, recipient), info)


def receiver(private: bytes, enc: bytes, info: bytes) -> Context:
    """SetupBaseR."""
    key = X25519PrivateKey.from_private_bytes(private)
    dh = key.exchange(X25519PublicKey.from_public_bytes(enc))
    return _key_schedule(_shared_secret(dh, enc, key.public_key().public_bytes_raw()), info)


def seal_with(ephemeral_private: bytes, recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Single-shot SealBase without aad: enc, ciphertext, tag. The same ephemeral key gives the same bytes: never in the field."""
    enc, context = sender(ephemeral_private, recipient, info)
    return enc + context.seal(plaintext)


def open_with(private: bytes, info: bytes, sealed: bytes) -> bytes:
    """Single-shot OpenBase without aad."""
    return receiver(private, sealed[:ENC_SIZE], info).open(sealed[ENC_SIZE:])
