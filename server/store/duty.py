"""The duty key's private half, sealed to each sworn officer and to the recovery key; it lies nowhere else."""

import sqlite3
from typing import Final

GRANT_INFO: Final = b"kasih duty grant v1\n"
"""What the seal of a grant is bound to (HPKE info)."""


def add_grant(connection: sqlite3.Connection, *, user: int | None, sealed: bytes) -> None:
    """Keep a grant for a user, or for the recovery key where the user is None."""
    connection.execute(
        "insert into duty_grant (user, sealed) values (:user, :sealed)", {"user": user, "sealed": sealed}
    )
