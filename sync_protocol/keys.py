"""Public keys, the names of logs, and the one-time enrolment code (sections 2 and 5)."""

import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from msgspec import Struct

from sync_protocol import base32
from sync_protocol.errors import CodeError, WeakKeyError
from sync_protocol.seal import key_tag, recipient_tag

KEY_SIZE = 32
SECRET_SIZE = 8
"""Bytes of randomness that a new code asks for; 60 bits of them are used."""

_CODE_SYMBOLS = 12
_P = 2**255 - 19
_SIGN_BIT = 1 << 255
# y of the eight points of small order on edwards25519 (RFC 8032, section 5.1; the values follow from the curve).
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})


def device_log(sign_key: bytes) -> bytes:
    """The 16-byte name of the log that a device with this Ed25519 public key writes."""
    return sha256(sign_key).digest()[:16]


def server_log(server_sign_key: bytes, device: bytes) -> bytes:
    """The 16-byte name of the log that the server writes for one device."""
    return sha256(server_sign_key + device).digest()[:16]


def sign_key(raw: bytes) -> Ed25519PublicKey:
    """Load an Ed25519 public key that can prove something.

    Raises:
        WeakKeyError: not 32 bytes, not a canonical encoding of a point, or of small order.
    """
    y = int.from_bytes(raw, "little") & (_SIGN_BIT - 1)
    if len(raw) != KEY_SIZE or y >= _P or y in _SMALL_ORDER_Y:
        raise WeakKeyError("the signing key is not canonical or of small order")
    if not _is_on_curve(y):
        raise WeakKeyError("the signing key is no point of the curve")
    return Ed25519PublicKey.from_public_bytes(raw)


def seal_key(raw: bytes) -> bytes:
    """Check an X25519 public key (RFC 7748) and give it back.

    Raises:
        WeakKeyError: not 32 bytes, not canonical, of small order, or with a tag that names nobody.
    """
    if len(raw) != KEY_SIZE or int.from_bytes(raw, "little") >= _P:
        raise WeakKeyError("the sealing key is not canonical")
    try:
        # A point of small order gives zeros whatever the scalar, which the library refuses (RFC 7748, 6.1).
        X25519PrivateKey.from_private_bytes(b"\x40" * KEY_SIZE).exchange(X25519PublicKey.from_public_bytes(raw))
    except ValueError:
        raise WeakKeyError("the sealing key is of small order") from None
    recipient_tag(key_tag(raw))
    return raw


def _is_on_curve(y: int) -> bool:
    """Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a root (RFC 8032, section 5.1.3)."""
    d = -121665 * pow(121666, -1, _P) % _P
    x2 = (y * y - 1) * pow(d * y * y + 1, -1, _P) % _P
    return x2 == 0 or pow(x2, (_P - 1) // 2, _P) == 1


class EnrolmentCode(Struct, frozen=True):
    """What a technician types once: a secret, and enough of the server's key to know it again."""

    secret: bytes
    """8 bytes, of which the first 60 bits count."""
    fingerprint: bytes
    """The first 60 bits of SHA-256 of the server's Ed25519 public key, in 8 bytes."""

    def mac(self, sign: bytes, seal: bytes) -> bytes:
        """What the KEY entry carries to show that its writer knew the code."""
        return hmac.digest(self.secret, sign + seal, sha256)

    def matches(self, server_sign_key: bytes) -> bool:
        """Whether this is the server whose technician printed the code."""
        return hmac.compare_digest(self.fingerprint, _sixty_bits(sha256(server_sign_key).digest()))


def new_code(secret: bytes, server_sign_key: bytes) -> EnrolmentCode:
    """Make a code from 8 random bytes."""
    return EnrolmentCode(secret=_sixty_bits(secret), fingerprint=_sixty_bits(sha256(server_sign_key).digest()))


def write_code(code: EnrolmentCode) -> str:
    """A code as it is printed: 25 symbols in five groups, the last symbol a check of the others."""
    symbols = base32.encode(int.from_bytes(code.secret) >> 4, _CODE_SYMBOLS)
    symbols += base32.encode(int.from_bytes(code.fingerprint) >> 4, _CODE_SYMBOLS)
    return base32.text([*symbols, base32.check_symbol(symbols)])


def read_code(typed: str) -> EnrolmentCode:
    """Read a typed code.

    Raises:
        CodeError: not 25 symbols, or mistyped.
    """
    symbols = base32.symbols(typed)
    if symbols is None or len(symbols) != 2 * _CODE_SYMBOLS + 1:
        raise CodeError("an enrolment code has 25 letters and digits in five groups")
    if base32.check_symbol(symbols[:-1]) != symbols[-1]:
        raise CodeError("the enrolment code is mistyped")
    secret, fingerprint = symbols[:_CODE_SYMBOLS], symbols[_CODE_SYMBOLS:-1]
    return EnrolmentCode(
        secret=(base32.integer(secret) << 4).to_bytes(8), fingerprint=(base32.integer(fingerprint) << 4).to_bytes(8)
    )


def _sixty_bits(data: bytes) -> bytes:
    return (int.from_bytes(data[:8]) >> 4 << 4).to_bytes(8)
