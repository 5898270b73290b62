"""The centre's tables, as migrations that are applied in order and never edited once released.

Times are Unix milliseconds (`_at`), ids and keys raw bytes. What residents wrote or what names them lies in `private`
columns, encrypted under the centre's field key: the database file alone shows no text, name, phone or PIN.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("kasih-server")

_FIRST = (
    # Each device that ever showed a valid KEY, and what the centre knows of its log.
    """
    create table device (
        log blob primary key,
        sign blob not null,
        seal blob not null,
        name text not null default '',
        unit text not null default '',
        state text not null check (state in ('pending', 'active', 'revoked')),
        enrolled_at integer not null,
        last_contact_at integer,
        stated_seq integer not null default 0,
        stated_id blob,
        rooted_seq integer not null default 0,
        rooted_id blob,
        safe_id blob,
        down_have blob,
        down_head blob,
        clock_offset_ms integer,
        http_head_at integer not null default 0,
        http_head_id blob,
        forked integer not null default 0,
        regressed integer not null default 0,
        skipped integer not null default 0,
        health text not null default '{}',
        health_at integer
    ) strict
    """,
    "create index device_unit on device (unit, state)",
    # One-time enrolment codes. The secret is needed to check a KEY's mac, so it is erased at use or expiry + 30 days.
    """
    create table enrol_code (
        id integer primary key,
        secret blob not null,
        unit text not null,
        made_at integer not null,
        expires_at integer not null,
        used_by blob,
        used_at integer
    ) strict
    """,
    # Logs that knocked with a well-signed KEY that no code explains, such as after a restore: an admin may confirm one.
    """
    create table knock (
        log blob primary key,
        sign blob not null,
        seal blob not null,
        name text not null default '',
        first_at integer not null,
        last_at integer not null,
        times integer not null default 1
    ) strict
    """,
    # The ledger: every validly signed entry of an enrolled device, as received, once. The truth.
    # `link` chains the arrivals: SHA-256 over the link before, the id and what was noted at arrival.
    # `offset_ms` (null: unknown) and `not_before` are what was known at arrival of the writer's clock (protocol,
    # section 7), kept so that the fold follows from this table alone.
    """
    create table entry (
        n integer primary key,
        id blob not null unique,
        log blob not null,
        seq integer not null,
        prev blob not null,
        kind integer not null,
        rooted integer not null,
        quarantined integer not null default 0,
        received_at integer not null,
        offset_ms integer,
        not_before integer not null default 0,
        raw blob not null,
        link blob not null
    ) strict
    """,
    "create index entry_log_seq on entry (log, seq)",
    "create index entry_quarantined on entry (log) where quarantined = 1",
    # Entries released from quarantine after the fold had passed them.
    "create table refold (n integer primary key) strict",
    # Parents that are not held here, and entries that a device reported lost: both are wanted.
    # By log and id: what one device says of another's entries must change nothing for that one.
    "create table missing (log blob not null, id blob not null, primary key (log, id)) strict",
    """
    create table tombstone (
        log blob not null, id blob not null, seq integer not null, prev blob not null,
        rooted integer not null, reported_at integer not null,
        primary key (log, id)
    ) strict
    """,
    "create index tombstone_seq on tombstone (log, seq)",
    # Entries whose body cannot be used, with the reason: for an admin. The entry itself stays in the ledger.
    """
    create table trouble (
        entry blob primary key, log blob not null, kind integer not null, code text not null, found_at integer not null
    ) strict
    """,
    # A case is the fold of its entry and its events, and can be rebuilt from them.
    """
    create table cases (
        id blob primary key,
        number text not null,
        log blob not null,
        unit text not null,
        channel text not null,
        category text not null,
        kelurahan text not null,
        identity text not null,
        accused text not null,
        status text not null,
        handler text not null default '',
        claimed_at integer not null,
        filed_at integer not null,
        arrived_at integer not null,
        changed_at integer not null,
        due_at integer,
        private blob not null
    ) strict
    """,
    "create index cases_number on cases (number)",
    "create index cases_arrived on cases (arrived_at)",
    "create index cases_status on cases (status, arrived_at)",
    # When the step that is due now is due by the centre's clock (server/domain/deadlines.py); null: no clock runs.
    "create index cases_due on cases (due_at) where due_at is not null",
    "create index cases_handler on cases (handler, status) where handler <> ''",
    # What people did at the centre: a hash chain, so that a changed or missing row shows.
    """
    create table event (
        n integer primary key,
        at integer not null,
        case_id blob,
        type text not null,
        actor text not null,
        data text not null,
        hash blob not null
    ) strict
    """,
    "create index event_case on event (case_id)",
    # The server's log for each device.
    """
    create table down (
        device blob not null,
        seq integer not null,
        id blob not null unique,
        prev blob not null,
        kind integer not null,
        made_at integer not null,
        raw blob not null,
        primary key (device, seq)
    ) strict
    """,
    # Master data as JSON rows, one table a row: kelurahan, kategori, unit, status, teks, sms, kalender.
    "create table master (name text primary key, rows text not null, changed_at integer not null) strict",
    """
    create table user (
        id integer primary key,
        name text not null unique,
        full_name text not null default '',
        role text not null check (role in ('admin', 'petugas', 'opd', 'auditor')),
        unit text not null default '',
        password text not null,
        must_change integer not null default 1,
        disabled integer not null default 0,
        failures integer not null default 0,
        locked_until integer not null default 0,
        seal blob not null,
        seal_private blob not null,
        made_at integer not null
    ) strict
    """,
    # The duty key's private half, sealed to each sworn officer, and to the recovery key where user is null.
    "create table duty_grant (id integer primary key, user integer references user (id), sealed blob not null) strict",
    # Sessions by the SHA-256 of an opaque token.
    """
    create table session (
        token_hash blob primary key,
        user integer not null references user (id),
        csrf text not null,
        made_at integer not null,
        seen_at integer not null
    ) strict
    """,
    # PIN guesses, by number and by device or source: five wrong ones lock for an hour.
    """
    create table pin_guess (subject text primary key, failures integer not null, locked_until integer not null) strict
    """,
    """
    create table backup (
        n integer primary key, made_at integer not null, upto integer not null, sha256 text not null
    ) strict
    """,
    # folded: how far the fold has come in entry.n; ledger_head, event_head: where these chains end; and the like.
    "create table meta (key text primary key, value text not null) strict",
)


_NOTES = (
    # What residents said about an earlier complaint (NOTE), by its number: it may arrive before its complaint does.
    # Whether it belongs to a case, which its PIN decides, is found out when the case is looked at.
    """
    create table note (
        entry blob primary key,
        number text not null,
        type text not null,
        filed_at integer not null,
        arrived_at integer not null,
        private blob not null
    ) strict
    """,
    "create index note_number on note (number, arrived_at)",
    # NOTE entries that an earlier version has passed.
    """
    insert or ignore into refold (n) select n from entry where kind = 3 and quarantined = 0
        and n <= coalesce((select cast(value as integer) from meta where key = 'folded'), 0)
    """,
    # Questions that were put (QUERY), by entry, and whether they opened a case: one that is repeated is no new guess.
    "create table asked (entry blob primary key, opened integer not null) strict",
)


_NOTES_BY_PIN = (
    # The ones that an earlier version folded are folded once more: `pin` is a proof (`CentreKeys.pin_proof`) that finds
    # a case's own notes among any number of others, `n` is the place in the ledger.
    "drop table note",
    """
    create table note (
        entry blob primary key,
        n integer not null,
        log blob not null,
        number text not null,
        pin blob not null,
        type text not null,
        filed_at integer not null,
        arrived_at integer not null,
        private blob not null
    ) strict
    """,
    "create index note_number on note (number, pin, n, log)",
    """
    insert or ignore into refold (n) select n from entry where kind = 3 and quarantined = 0
        and n <= coalesce((select cast(value as integer) from meta where key = 'folded'), 0)
    """,
    # When a question was put first, so that it is not kept for ever.
    "alter table asked add column at integer not null default 0",
    "update asked set at = cast(strftime('%s', 'now') as integer) * 1000",
    "create index asked_at on asked (at)",
)

_SMS = (
    # What an SMS report was marked with (server/domain/flags.py).
    "alter table cases add column flags text not null default ''",
    "create index cases_flagged on cases (arrived_at) where flags <> ''",
    # When a device last showed that it has a modem: by a report, a command or a result that came by SMS.
    "alter table device add column sms_at integer",
    # Commands that came by SMS (SMS_IN), and what came of each: nothing yet where `outcome` is empty.
    """
    create table sms_in (
        entry blob primary key,
        log blob not null,
        command text not null,
        arrived_at integer not null,
        private blob not null,
        outcome text not null default ''
    ) strict
    """,
    "create index sms_in_waiting on sms_in (arrived_at) where outcome = ''",
    # SMS that were written, by the key under which a kiosk sends each once ever. `device` is null while no kiosk with a
    # modem is there; `private` (to whom and what) is erased once it is done. `phone` and `content` are keyed hashes.
    """
    create table sms_out (
        key blob primary key,
        case_id blob,
        template text not null,
        device blob,
        made_at integer not null,
        not_after integer not null,
        priority integer not null,
        phone blob not null,
        content blob not null,
        done integer not null default 0,
        private blob not null
    ) strict
    """,
    "create index sms_out_case on sms_out (case_id, made_at)",
    "create index sms_out_phone on sms_out (phone, made_at)",
    "create index sms_out_open on sms_out (device) where done = 0",
    # What became of them (SMS_RESULT), also of those that this centre has forgotten since a backup.
    """
    create table sms_result (
        entry blob primary key,
        key blob not null,
        state text not null,
        at integer not null,
        arrived_at integer not null,
        report text not null
    ) strict
    """,
    "create index sms_result_key on sms_result (key, arrived_at)",
    "create index sms_result_failed on sms_result (arrived_at) where state in ('failed', 'expired')",
    # Phones (keyed hashes) that asked for no more news.
    "create table sms_stop (phone blob primary key, at integer not null) strict",
    # SMS entries that an earlier version has passed.
    """
    insert or ignore into refold (n) select n from entry where kind in (4, 5) and quarantined = 0
        and n <= coalesce((select cast(value as integer) from meta where key = 'folded'), 0)
    """,
)

_SEEN_AT_ONCE = (
    # Reports that speak of an emergency, in the words of server/store/inbox.py: they are counted on every page.
    "create index cases_emergency on cases (status) where flags like '% emergency %'",
)

_UNSEALED = (
    # How many of each device (server/store/devices.py).
    "create index trouble_log on trouble (log, code)",
    # Entries of sealed kinds that came without a seal, which an earlier version has passed.
    """
    insert or ignore into refold (n) select n from entry where kind in (2, 3, 4, 5, 9) and quarantined = 0
        and substr(raw, 13, 4) = x'00000000'
        and n <= coalesce((select cast(value as integer) from meta where key = 'folded'), 0)
    """,
)

_HEADS = (
    # When a device stated where its log stands, by its own clock: an older HEAD that is repeated says nothing.
    "alter table device add column stated_at integer not null default 0",
)


@migrations(name="0001_first")
def first(db: Database) -> None:
    """The tables of the first release."""
    for statement in _FIRST:
        db.execute(statement)


@migrations(name="0002_notes")
def notes(db: Database) -> None:
    """What residents add later, and questions that were put."""
    for statement in _NOTES:
        db.execute(statement)


@migrations(name="0003_notes_by_pin")
def notes_by_pin(db: Database) -> None:
    """Notes are found by their PIN and stand in the ledger's order; a question has its time."""
    for statement in _NOTES_BY_PIN:
        db.execute(statement)


@migrations(name="0004_sms")
def sms(db: Database) -> None:
    """What comes and goes by SMS."""
    for statement in _SMS:
        db.execute(statement)


@migrations(name="0005_seen_at_once")
def seen_at_once(db: Database) -> None:
    """What nobody may overlook."""
    for statement in _SEEN_AT_ONCE:
        db.execute(statement)


@migrations(name="0006_unsealed")
def unsealed(db: Database) -> None:
    """What came in the clear is told."""
    for statement in _UNSEALED:
        db.execute(statement)


@migrations(name="0007_heads")
def heads(db: Database) -> None:
    """A HEAD that is repeated on the way is known from a new one."""
    for statement in _HEADS:
        db.execute(statement)
