"""Single facts that the kiosk keeps beside its two logs, each with its digest."""

import logging
import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec

from kiosk_agent.errors import NotReadableError

log = logging.getLogger(__name__)

DEVICE_KEYS: Final = "device_keys"
"""The device's private keys, encrypted under the storage key."""
KEY_NAME: Final = "storage_key"
"""The random name of the storage key's file, which lies outside the data folder."""
FINGERPRINT: Final = "fingerprint"
"""From the enrolment code: how the server's first sign key is known."""
CODES: Final = "codes"
"""SHA-256 of each enrolment code that a KEY entry was written for, in a row."""
SERVER: Final = "server"
"""The address given at enrolment."""
APPLIED: Final = "applied"
"""`1` once this kiosk's KEY was answered with a HEAD, before any server was pinned."""
PIN: Final = "pin"
"""The server's log and its sign keys."""
STATED: Final = "stated"
"""The server's last HEAD."""
LAST_REPLY: Final = "last_reply"
"""The newest rooted entry of the last reply."""
STATE: Final = "state"
"""What the server last said of this device."""
CONTACT_AT: Final = "contact_at"
"""The kiosk's clock at the last exchange; a stick is none."""
OFFSET: Final = "clock_offset"
"""The server's clock less the kiosk's, in milliseconds, as last measured."""
OFFSET_DOUBT: Final = "clock_offset_doubt"
"""By how much that may be wrong, in milliseconds: half of the round trip that it was measured with."""
FORKED: Final = "forked"
"""The server's log holds two entries with one seq."""
HEALTH: Final = "health"
"""What the last HEALTH said, as far as it counts as a change."""
CLOCK_OFFSET_TOLD: Final = "clock_offset_told"
"""The offset of the last CLOCK entry."""
ROTTED: Final = "rotted_seqs"
"""The seqs of the own log's records that were found rotten, by a scrub or on their way out."""
PIN_TRIES: Final = "pin_tries"
"""How often a PIN was tried on a SIM card that has not accepted it, by their mark."""
LAST_ERROR: Final = "last_error"
"""Why the last exchange failed, for people; empty after a success. A stick changes nothing in it."""


def get(connection: sqlite3.Connection, name: str) -> bytes | None:
    """The fact, or None where it is not known or has rotted."""
    try:
        return get_sound(connection, name)
    except NotReadableError:
        return None


def get_sound(connection: sqlite3.Connection, name: str) -> bytes | None:
    """The fact, or None where it is not known: for one that must not begin anew once it has rotted.

    Raises:
        NotReadableError: it has.
    """
    row = connection.execute("select digest, value from fact where name = :name", {"name": name}).fetchone()
    if row is None:
        return None
    digest, value = row
    if _digest(name, value) != digest:
        log.error("the fact %s has rotted", name)
        raise NotReadableError(f"Catatan {name} rusak.")
    return bytes(value)


def put(connection: sqlite3.Connection, name: str, value: bytes) -> None:
    """Remember a fact in place of the one before."""
    connection.execute(
        "insert into fact (name, digest, value) values (:name, :digest, :value)"
        " on conflict (name) do update set digest = excluded.digest, value = excluded.value",
        {"name": name, "digest": _digest(name, value), "value": value},
    )


def write_seqs(seqs: Iterable[int]) -> bytes:
    """Places in a log, as a fact."""
    return msgspec.json.encode(sorted(seqs))


def read_seqs(value: bytes | None) -> set[int]:
    """Places in a log; none where the fact is not known."""
    return msgspec.json.decode(value, type=set[int]) if value else set()


def _digest(name: str, value: bytes) -> bytes:
    return sha256(name.encode() + b"\0" + value).digest()
