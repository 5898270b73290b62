"""The kiosk's tables, as migrations that are applied in order and never edited once released.

Nothing that a resident said lies here in the clear: `raw` holds sealed entries, `filed` hashes alone.
Times are Unix milliseconds (`_at`), ids raw bytes, and `digest` is the SHA-256 of the record's bytes: SQLite itself
does not notice a bit that flips on the disk.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("kasih-kiosk")

_FIRST = (
    # The kiosk's own log, in order.
    """
    create table own (
        seq integer primary key,
        id blob not null unique,
        prev blob not null,
        kind integer not null,
        digest blob not null,
        raw blob not null
    ) strict
    """,
    "create index own_kind on own (kind, seq)",
    # Entries that were reported lost, and the seq of the LOST that says so.
    "create table lost (id blob primary key, seq integer not null) strict, without rowid",
    # Which entry a form became. `ref` is the SHA-256 of the form's reference; `proof` says, to who knows the
    # reference, how many digits the PIN has, and to nobody else.
    """
    create table filed (
        ref blob primary key,
        seq integer not null,
        id blob not null,
        proof blob not null,
        digest blob not null
    ) strict, without rowid
    """,
    # The server's log for this kiosk. It may have forks and holes after a restore of the centre.
    """
    create table down (
        n integer primary key,
        id blob not null unique,
        seq integer not null,
        prev blob not null,
        kind integer not null,
        rooted integer not null,
        digest blob not null,
        raw blob not null
    ) strict
    """,
    "create index down_seq on down (seq, id)",
    "create index down_prev on down (prev)",
    "create index down_kind on down (kind, seq)",
    "create index down_unrooted on down (prev) where rooted = 0",
    # Single facts: keys (encrypted), the pinned server, its last HEAD, the last reply.
    "create table fact (name text primary key, digest blob not null, value blob not null) strict, without rowid",
)


@migrations(name="0001_first")
def first(db: Database) -> None:
    """The tables of the first release."""
    for statement in _FIRST:
        db.execute(statement)


@migrations(name="0003_filed_content")
def filed_content(db: Database) -> None:
    """`content` says, to who holds the storage key, whether a form says the same; null for what was filed before."""
    db.execute("alter table filed add column content blob")
