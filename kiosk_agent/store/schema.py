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


_SMS = (
    # Every SMS part that ever came, by its key: a part that comes again, even years later, is no news. `box` holds what
    # it said, under the storage key, until it has become an entry.
    """
    create table sms_part (
        key blob primary key,
        message integer,
        part integer not null,
        at integer not null,
        box blob
    ) strict, without rowid
    """,
    "create index sms_part_message on sms_part (message) where message is not null",
    # What the parts are parts of. `whose` and `thread` are HMACs under a key that is derived from the storage key.
    """
    create table sms_message (
        n integer primary key,
        whose blob not null,
        thread blob,
        via blob not null,
        total integer not null,
        sent_at integer not null,
        changed_at integer not null,
        state text not null check (state in ('parts', 'whole', 'incomplete', 'rest', 'filed')),
        report_at integer,
        ref blob,
        entry blob,
        secret integer not null default 0
    ) strict
    """,
    "create index sms_message_open on sms_message (state) where state != 'filed'",
    "create index sms_message_report on sms_message (whose, report_at) where report_at is not null",
    # What could not be read, or whose sender is never answered; `reason` says nothing of its content.
    """
    create table sms_quarantine (
        n integer primary key,
        key blob not null unique,
        at integer not null,
        reason text not null,
        box blob not null
    ) strict
    """,
    # What is to go out, and went. A key stays for good; `box` holds recipient and text until it has gone.
    """
    create table sms_out (
        n integer primary key,
        key blob not null unique,
        origin text not null check (origin in ('reply', 'later', 'centre')),
        whose blob not null,
        likeness blob not null,
        via blob not null,
        priority integer not null,
        created_at integer not null,
        not_after integer not null,
        after_seq integer not null,
        state text not null
            check (state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'expired', 'unknown')),
        parts integer not null,
        next_part integer not null,
        box blob
    ) strict
    """,
    "create index sms_out_waiting on sms_out (state) where state in ('queued', 'sending')",
    "create index sms_out_whose on sms_out (whose, created_at)",
    # Every attempt, committed before the modem hears of it.
    """
    create table sms_attempt (
        n integer primary key,
        message integer not null,
        part integer not null,
        via blob not null,
        whose blob not null,
        at integer not null,
        state text not null
            check (state in ('trying', 'sent', 'failed', 'refused', 'unknown', 'delivered', 'undelivered')),
        reference integer,
        report integer
    ) strict
    """,
    "create index sms_attempt_message on sms_attempt (message, part)",
    "create index sms_attempt_whose on sms_attempt (whose, n)",
    "create index sms_attempt_at on sms_attempt (at)",
    "create index sms_attempt_trying on sms_attempt (state) where state = 'trying'",
    # Entries of the centre that were looked at already.
    "create table sms_order (id blob primary key) strict, without rowid",
)


@migrations(name="0002_sms")
def sms(db: Database) -> None:
    """What an SMS desk keeps."""
    for statement in _SMS:
        db.execute(statement)


@migrations(name="0003_filed_content")
def filed_content(db: Database) -> None:
    """`content` says, to who holds the storage key, whether a form says the same; null for what was filed before."""
    db.execute("alter table filed add column content blob")


@migrations(name="0004_sms_heard")
def sms_heard(db: Database) -> None:
    """Who has just written is looked up for every SMS that goes out."""
    db.execute("create index sms_message_heard on sms_message (changed_at)")
