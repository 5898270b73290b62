"""Passwords and what hangs on them: a hash to check one, and a user's private key that only the password opens.

Argon2id from `cryptography` with OWASP's parameters (19 MiB, two passes): some 80 ms of processor time each, so never
on the event loop and never inside a write transaction.
"""

import hmac
import json
import os
import secrets
from hashlib import sha256
from itertools import pairwise
from typing import Final

from cryptography.exceptions import InvalidKey, InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Struct

from server.errors import LoginRefusedError, WeakPasswordError

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 128
_MEMORY_KIB, _PASSES = 19_456, 2
_SALT, _NONCE = 16, 12
_INFO = b"kasih user key v1\n"
# No 0, o, 1, l or i: a one-time password is read from paper or aloud.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


_DIFFERENT: Final = 5
_UNFORESEEN: Final = 6
"""This many characters must be left when common words go and each run counts once."""
_COMMON: Final = (
    "katasandi", "password", "passw0rd", "p@ssw0rd", "rahasia", "sandi", "kasih", "kupang", "indonesia", "pengaduan",
    "petugas", "pemerintah", "pemkot", "kota", "admin", "bismillah", "sayang", "selamat", "welcome", "letmein",
)  # fmt: skip
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS: Final = frozenset(f"{one}{other}" for row in _ROWS for one, other in pairwise(row))


class UserKey(Struct, frozen=True):
    """A user's X25519 pair: duty grants are sealed to it."""

    public: bytes
    wrapped: bytes
    """The private half under the password: salt, nonce, ciphertext with tag."""


def one_time_password(name: str = "") -> str:
    """A password to hand over once: 74 bits in three groups.

    Args:
        name: of a user; a short one would now and then stand in the password, which `check_strength` refuses.
    """
    while True:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(15))
        password = "-".join(letters[at : at + 5] for at in range(0, 15, 5))
        if not name or name not in password:
            return password


def check_strength(password: str, name: str) -> None:
    """Refuse a password that a guesser tries first.

    Raises:
        WeakPasswordError: too short, too long, around the user's own name, or little more than what everybody tries.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise WeakPasswordError(f"Kata sandi harus {MIN_LENGTH} sampai {MAX_LENGTH} huruf.")
    clean = password.lower()
    if name.lower() in clean:
        raise WeakPasswordError("Kata sandi terlalu mudah ditebak: jangan pakai nama pengguna Anda.")
    if not any(letter.isalpha() for letter in clean):
        raise WeakPasswordError("Kata sandi terlalu mudah ditebak: jangan hanya angka; pakai beberapa kata.")
    if len(set(clean)) < _DIFFERENT or _repeats(clean) or len(_unforeseen(clean)) < _UNFORESEEN:
        raise WeakPasswordError(
            "Kata sandi terlalu mudah ditebak: jangan pakai kata yang umum untuk sandi, urutan seperti 12345 atau"
            " qwerty, atau pola yang diulang. Pakai beberapa kata yang tidak berhubungan."
        )


def _repeats(clean: str) -> bool:
    """Whether a pattern is all there is, such as kuda7kuda7kuda."""
    return any(clean[size:] == clean[:-size] for size in range(1, len(clean) // 2 + 1))


def _unforeseen(clean: str) -> str:
    """What common words and runs such as 12345 or qwerty leave over: the first character of each run."""
    for word in _COMMON:
        clean = clean.replace(word, "")
    return clean[:1] + "".join(other for one, other in pairwise(clean) if not _follows(one, other))


def _follows(one: str, other: str) -> bool:
    """Whether a finger or a counting child would go from one to the other."""
    return abs(ord(one) - ord(other)) <= 1 or not _NEIGHBOURS.isdisjoint({one + other, other + one})


def hash_password(password: str) -> str:
    """The hash that is stored (PHC string)."""
    return _argon2(os.urandom(_SALT)).derive_phc_encoded(password.encode())


def password_fits(password: str, stored: str) -> bool:
    """Whether this is the password behind a hash; an empty hash costs the same time and never fits."""
    if not stored:
        _argon2(bytes(_SALT)).derive(password.encode())
        return False
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored)
    except InvalidKey:
        return False
    return True


def new_user_key(password: str) -> UserKey:
    """Make a user's key pair, its private half wrapped under the password."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return UserKey(public, _wrap(private.private_bytes_raw(), public, password))


def key_hash(public: bytes) -> str:
    """How events name the key pair that a user has from then on: SHA-256 of its public half."""
    return sha256(public).hexdigest()


def login_facts(password: str, key: UserKey, *, must_change: bool) -> dict[str, str]:
    """What an event says of the way in that a user has from then on: key pair and login, each by its SHA-256.

    Args:
        password: its hash, as it is stored.
    """
    login = json.dumps([password, key.wrapped.hex(), must_change])
    return {"seal": key_hash(key.public), "login": sha256(login.encode()).hexdigest()}


def open_user_key(key: UserKey, password: str) -> X25519PrivateKey:
    """Unwrap a user's private key.

    Raises:
        LoginRefusedError: another password.
    """
    salt, nonce, sealed = key.wrapped[:_SALT], key.wrapped[_SALT : _SALT + _NONCE], key.wrapped[_SALT + _NONCE :]
    try:
        raw = _cipher(password, salt).decrypt(nonce, sealed, _INFO + key.public)
    except InvalidTag:
        raise LoginRefusedError("Kata sandi tidak cocok.") from None
    return X25519PrivateKey.from_private_bytes(raw)


def rewrap_user_key(key: UserKey, old: str, new: str) -> UserKey:
    """The same pair under another password, so that duty grants stay good.

    Raises:
        LoginRefusedError: the old password is another one.
    """
    return UserKey(key.public, _wrap(open_user_key(key, old).private_bytes_raw(), key.public, new))


def same_secret(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def _wrap(private: bytes, public: bytes, password: str) -> bytes:
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return salt + nonce + _cipher(password, salt).encrypt(nonce, private, _INFO + public)


def _cipher(password: str, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_argon2(salt).derive(password.encode()))


def _argon2(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY_KIB)
