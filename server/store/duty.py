"""The duty key's private half, sealed to each sworn officer and to the recovery key; it lies nowhere else.

Only the seal of a secret report says whom it is about, so nobody can keep an officer of a unit from reports about that
unit: who belongs to one holds no grant, and a grant that such a user has from an earlier version counts as none.
"""

import sqlite3
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.errors import SealBrokenError
from sync_protocol.errors import UnsealError
from sync_protocol.seal import hpke_open, hpke_seal

GRANT_INFO: Final = b"kasih duty grant v1\n"
"""What the seal of a grant is bound to (HPKE info)."""


def seal_grant(duty_key: X25519PrivateKey, public: bytes) -> bytes:
    """Seal the duty key to somebody's public key."""
    return hpke_seal(public, GRANT_INFO, duty_key.private_bytes_raw())


def grant_hash(sealed: bytes) -> str:
    """How events name a grant: SHA-256 of what was sealed."""
    return sha256(sealed).hexdigest()


def open_grant(private: X25519PrivateKey, sealed: bytes, duty_public: bytes) -> X25519PrivateKey:
    """Open a grant. What it holds must be the key that kiosks seal to, whoever wrote the row.

    Raises:
        SealBrokenError: altered, sealed to another key, or another duty key.
    """
    try:
        duty_key = X25519PrivateKey.from_private_bytes(hpke_open(private, GRANT_INFO, sealed))
    except (UnsealError, ValueError):
        raise SealBrokenError("Izin kunci tugas ini rusak atau bukan untuk kunci ini. Beri tahu admin.") from None
    if duty_key.public_key().public_bytes_raw() != duty_public:
        raise SealBrokenError("Izin kunci tugas ini bukan dari kunci tugas pusat ini. Beri tahu admin.")
    return duty_key


def add_grant(connection: sqlite3.Connection, *, user: int | None, sealed: bytes) -> None:
    """Keep a grant for a user, or for the recovery key where the user is None."""
    connection.execute(
        "insert into duty_grant (user, sealed) values (:user, :sealed)", {"user": user, "sealed": sealed}
    )


def find_grant(connection: sqlite3.Connection, user: int | None) -> bytes | None:
    """The grant of a user, or of the recovery key where the user is None."""
    row = connection.execute(
        "select sealed from duty_grant where user is :user"
        " and not exists (select 1 from user where id = :user and unit <> '')",
        {"user": user},
    ).fetchone()
    return bytes(row["sealed"]) if row else None


def holders(connection: sqlite3.Connection) -> list[str]:
    """The names of those who hold the duty key and can pass it on."""
    rows = connection.execute(
        "select name from user where not disabled and unit = '' and id in (select user from duty_grant) order by name"
    )
    return [row["name"] for row in rows]
