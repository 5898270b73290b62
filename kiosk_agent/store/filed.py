"""SQL of which form became which entry."""

import sqlite3
from hashlib import sha256

from msgspec import Struct

from kiosk_agent.errors import NotReadableError
from sync_protocol.entry import Entry


class FiledAs(Struct, frozen=True):
    """Where a form's entry stands."""

    seq: int
    id: bytes
    proof: bytes
    """What only the form's reference explains."""
    content: bytes | None
    """A keyed digest of what the form said; None for one of an earlier version."""


def insert(connection: sqlite3.Connection, ref: bytes, entry: Entry, proof: bytes, content: bytes) -> None:
    """Remember the entry of a form, by the hash of its reference."""
    connection.execute(
        "insert into filed (ref, seq, id, proof, content, digest) values (:ref, :seq, :id, :proof, :content, :digest)",
        {
            "ref": ref,
            "seq": entry.seq,
            "id": entry.id,
            "proof": proof,
            "content": content,
            "digest": _digest(ref, entry.seq, entry.id, proof, content),
        },
    )


def find(connection: sqlite3.Connection, ref: bytes) -> FiledAs | None:
    """The entry that the form with this hash of its reference became.

    Raises:
        NotReadableError: the record has rotted.
    """
    row = connection.execute(
        "select seq, id, proof, content, digest from filed where ref = :ref", {"ref": ref}
    ).fetchone()
    if row is None:
        return None
    seq, entry_id, proof, content, digest = row
    if _digest(ref, seq, entry_id, proof, content) != digest:
        raise NotReadableError("Catatan laporan ini di kios rusak.")
    return FiledAs(seq=seq, id=entry_id, proof=proof, content=content)


def _digest(ref: bytes, seq: int, entry_id: bytes, proof: bytes, content: bytes | None) -> bytes:
    return sha256(b"".join((ref, seq.to_bytes(8), entry_id, proof, content or b""))).digest()
