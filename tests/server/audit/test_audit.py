"""`verify` finds what was changed behind the centre's back, and says where."""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.actions.change_password import change_password
from server.actions.issue_code import issue_code
from server.actions.make_backup import make_backup
from server.actions.manage_users import add_user, disable_user, reset_password
from server.actions.revoke_device import revoke_device
from server.actions.sign_in import sign_in
from server.actions.unmask_identity import unmask_identity
from server.actions.verify_report import verify_report
from server.audit import audit
from server.audit.finding import Finding
from server.audit.state import Audit
from server.domain.roles import Role, Viewer
from server.store import codes, master, users
from server.store.centre import DATABASE, open_centre, open_database
from server.store.events import append_event
from server.store.keys import load_keys
from server.store.passwords import UserKey
from sync_protocol.bodies import Note, Secret, SmsIn
from sync_protocol.bundle import write_bundle
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.vocabulary import Identity
from tests.server.conftest import Ticker, enrolled, sender

STAFF = Viewer(id=1, name="petugas1", role=Role.PETUGAS)
EDITS = 200


def findings(data: Path) -> list[Finding]:
    connection = sqlite3.connect(f"{(data / DATABASE).as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return list(audit(Audit(connection, load_keys(data))))
    finally:
        connection.close()


@pytest.fixture(scope="module")
def lived(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre in which some of everything has happened: forks, holes, rot, secrets, quarantine, verification."""
    data = Path(shutil.copytree(founded, tmp_path_factory.mktemp("lived") / "centre"))
    clock = Ticker()
    centre = open_centre(data, clock=clock, threads=False)
    first, second, third = (enrolled(centre, unit=f"KEL-53.71.01.100{n}", clock=clock) for n in (1, 2, 3))
    ids = []
    for peer in (first, second, third):
        for number in range(2):
            clock.pass_(60_000)
            ids.append(peer.complain(f"Laporan ke-{number}", name="Yuliana", phone="+6281234500001").id)
        peer.complain("", identity=Identity.SECRET, secret=Secret(text=bytes(64), person=bytes(64)))
        peer.clock_news("boot")
        peer.health(queue=3)
        peer.append(Kind.NOTE, Note(number=number_of(ids[-1]), pin="123456", type="amended", text="Di RT 5."))
        peer.sync(sender(centre))
    clone = first.clone()
    first.complain("Dari yang satu.")
    clone.complain("Dari salinannya.")
    first.sync(sender(centre))
    clone.sync(sender(centre))
    lost, kept = second.complain("Akan rusak."), second.complain("Masih utuh.")
    second.rot(lost)
    second.sync(sender(centre))
    end = third.entries[-1]
    third.entries.append(third.write(Kind.COMPLAINT, b'{"category":"AIR"}', seq=end.seq + 1, prev=end.id))
    third.sync(sender(centre))
    missing, late = third.complain("Tertahan."), third.complain("Datang duluan.")
    sender(centre)(write_bundle([third.session().head(clock.now), late.raw]))
    assert {kept.id, missing.id}
    clock.pass_(60_000)
    for case_id in ids[:3]:
        verify_report(centre, STAFF, case_id, unit="DLHK", note="Mohon dicek.")
    unmask_identity(centre, STAFF, ids[1], reason="Pelapor minta dihubungi")
    given = add_user(centre, name="dinkes", role="opd", unit="DINKES", full_name="", actor="cli")
    add_user(centre, name="pindah", role="petugas", unit="", full_name="", actor="cli")
    disable_user(centre, "pindah", actor="cli")
    first.append(Kind.SMS_IN, SmsIn(sender="+6281234500001", text="BERHENTI", flags=["berhenti"]))
    first.append(Kind.SMS_IN, SmsIn(sender="+6281234500002", text="BERHENTI", flags=["berhenti"]))
    first.append(Kind.SMS_IN, SmsIn(sender="+6281234500002", text="MULAI", flags=["mulai"]))
    first.sync(sender(centre))
    make_backup(centre, data.with_name("cadangan"), actor="cli")
    first.sync(sender(centre))
    issue_code(centre, "DINKES", actor="cli")
    change_password(
        centre, Viewer(id=2, name="dinkes", role=Role.OPD, unit="DINKES"), given, "sepuluh sapi putih makan"
    )
    sign_in(centre, "dinkes", "sepuluh sapi putih makan")
    revoke_device(centre, second.log, actor="cli")
    second.complain("Sesudah dicabut.")
    second.sync(sender(centre))
    centre.close()
    return data


def test_a_centre_that_nobody_touched_holds(lived: Path) -> None:
    assert findings(lived) == []


def test_a_new_centre_holds(founded: Path) -> None:
    assert findings(founded) == []


# Each kind of edit: what somebody with the database in hand could do to one row, chosen at random.
Edit = Callable[[sqlite3.Connection, random.Random], None]


def one(connection: sqlite3.Connection, rng: random.Random, query: str) -> sqlite3.Row:
    row: sqlite3.Row = rng.choice(connection.execute(query).fetchall())
    return row


def flip(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def flipped(table: str, column: str, key: str, where: str = "1 = 1") -> Edit:
    """One bit of one value."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        row = one(connection, rng, f"select {key}, {column} from {table} where {where} and length({column}) > 0")
        connection.execute(f"update {table} set {column} = ? where {key} = ?", (flip(row[column], rng), row[key]))

    return edit


def moved(table: str, column: str, key: str, where: str = "1 = 1") -> Edit:
    """One number made another."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        row = one(connection, rng, f"select {key}, {column} from {table} where {where}")
        other = (row[column] or 0) + rng.choice([-1, 1]) * rng.randrange(1, 100_000)
        connection.execute(f"update {table} set {column} = ? where {key} = ?", (other, row[key]))

    return edit


def worded(table: str, column: str, key: str, words: list[object]) -> Edit:
    """One word made another."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        row = one(connection, rng, f"select {key}, {column} from {table}")
        other = rng.choice([word for word in words if word != row[column]])
        connection.execute(f"update {table} set {column} = ? where {key} = ?", (other, row[key]))

    return edit


def toggled(table: str, column: str, key: str) -> Edit:
    """One flag turned."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        row = one(connection, rng, f"select {key} from {table}")
        connection.execute(f"update {table} set {column} = 1 - {column} where {key} = ?", (row[key],))

    return edit


def deleted(table: str, key: str) -> Edit:
    """One row gone."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        row = one(connection, rng, f"select {key} from {table}")
        connection.execute(f"delete from {table} where {key} = ?", (row[key],))

    return edit


def last_deleted(table: str, order: str) -> Edit:
    """The newest row gone: no row after it can miss it."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        connection.execute(
            f"delete from {table} where rowid = (select rowid from {table} order by {order} desc limit 1)"
        )

    return edit


def swapped(table: str, column: str, key: str) -> Edit:
    """Two rows' values exchanged."""

    def edit(connection: sqlite3.Connection, rng: random.Random) -> None:
        rows = connection.execute(f"select {key}, {column} from {table}").fetchall()
        left, right = rng.sample(rows, 2)
        while left[column] == right[column]:
            left, right = rng.sample(rows, 2)
        connection.execute(f"update {table} set {column} = ? where {key} = ?", (right[column], left[key]))
        connection.execute(f"update {table} set {column} = ? where {key} = ?", (left[column], right[key]))

    return edit


def copied_case(connection: sqlite3.Connection, rng: random.Random) -> None:
    """A case slipped in that no complaint explains."""
    row = dict(one(connection, rng, "select * from cases"))
    row["id"] = rng.randbytes(32)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"insert into cases ({', '.join(row)}) values ({marks})", row)


def slipped_in_user(connection: sqlite3.Connection, rng: random.Random) -> None:
    """An administrator whom nobody appointed."""
    row = dict(one(connection, rng, "select * from user")) | {"id": None, "name": f"x{rng.random()}", "role": "admin"}
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"insert into user ({', '.join(row)}) values ({marks})", row)


def copied_grant(connection: sqlite3.Connection, rng: random.Random) -> None:
    """The duty key for somebody to whom nobody gave it."""
    row = one(connection, rng, "select sealed from duty_grant")
    connection.execute("insert into duty_grant (user, sealed) values (2, ?)", (row["sealed"],))


def slipped_in_session(connection: sqlite3.Connection, rng: random.Random) -> None:
    """Somebody who never signed in."""
    at = one(connection, rng, "select at from event where type = 'signed-in'")["at"]
    values = (rng.randbytes(32), rng.choice([1, 2, 3]), at)
    connection.execute("insert into session (token_hash, user, csrf, made_at, seen_at) values (?, ?, '', ?, 0)", values)


def slipped_in_code(connection: sqlite3.Connection, rng: random.Random) -> None:
    """A code for a kiosk of one's own."""
    row = dict(one(connection, rng, "select * from enrol_code")) | {"id": None, "secret": rng.randbytes(8)}
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"insert into enrol_code ({', '.join(row)}) values ({marks})", row)


def spent_code_renewed(connection: sqlite3.Connection, rng: random.Random) -> None:
    """A code from a used slip of paper."""
    row = one(connection, rng, "select id from enrol_code where used_by is not null")
    connection.execute("update enrol_code set used_by = null, used_at = null where id = ?", (row["id"],))


def slipped_in_stop(connection: sqlite3.Connection, rng: random.Random) -> None:
    """A resident who is to hear nothing."""
    connection.execute("insert into sms_stop (phone, at) values (?, 1)", (rng.randbytes(32),))


def slipped_in_backup(connection: sqlite3.Connection, rng: random.Random) -> None:
    """A backup that nobody made."""
    connection.execute("insert into backup (made_at, upto, sha256) values (?, 1, 'ab')", (rng.randrange(10**12),))


KINDS: dict[str, Edit] = {
    "entry: a bit of its bytes": flipped("entry", "raw", "n"),
    "entry: a bit of its id": flipped("entry", "id", "n"),
    "entry: a bit of its parent": flipped("entry", "prev", "n"),
    "entry: a bit of its log": flipped("entry", "log", "n"),
    "entry: its place": moved("entry", "seq", "n"),
    "entry: its kind": moved("entry", "kind", "n"),
    "entry: its arrival": moved("entry", "received_at", "n"),
    "entry: the known offset": moved("entry", "offset_ms", "n", "offset_ms is not null"),
    "entry: the known bound": moved("entry", "not_before", "n"),
    "entry: rooted or not": toggled("entry", "rooted", "n"),
    "entry: quarantined or not": toggled("entry", "quarantined", "n"),
    "entry: deleted": deleted("entry", "n"),
    "entry: the newest deleted": last_deleted("entry", "n"),
    "entry: two exchanged": swapped("entry", "raw", "n"),
    "entry: a bit of its link": flipped("entry", "link", "n"),
    "down: a bit of its bytes": flipped("down", "raw", "id"),
    "down: deleted": deleted("down", "id"),
    "down: the newest deleted": last_deleted("down", "rowid"),
    "down: two exchanged": swapped("down", "raw", "id"),
    "down: its time": moved("down", "made_at", "id"),
    "down: its kind": moved("down", "kind", "id"),
    "event: its time": moved("event", "at", "n"),
    "event: who": worded("event", "actor", "n", ["cli", "admin", "petugas1", "orang-lain"]),
    "event: what": worded("event", "type", "n", ["verified", "archived", "signed-in"]),
    "event: its data": worded("event", "data", "n", ["{}", '{"unit":"DPUPR"}', "bukan json"]),
    "event: a bit of its hash": flipped("event", "hash", "n"),
    "event: deleted": deleted("event", "n"),
    "event: the newest deleted": last_deleted("event", "n"),
    "event: two exchanged": swapped("event", "data", "n"),
    "case: its status": worded("cases", "status", "id", ["BELUM_TL", "BELUM_VERIFIKASI", "SELESAI", "ARSIP"]),
    "case: its handler": worded("cases", "handler", "id", ["DPUPR", "INSPEKTORAT"]),
    "case: the accused": worded("cases", "accused", "id", ["DPUPR", "INSPEKTORAT"]),
    "case: its unit": worded("cases", "unit", "id", ["DPUPR", "INSPEKTORAT"]),
    "case: its category": worded("cases", "category", "id", ["LAIN", "KES"]),
    "case: the identity": worded("cases", "identity", "id", ["open", "anonymous", "unnamed", "secret"]),
    "case: its number": worded("cases", "number", "id", ["7KQM9-XD4TF"]),
    "case: when it was filed": moved("cases", "filed_at", "id"),
    "case: when it arrived": moved("cases", "arrived_at", "id"),
    "case: when it changed": moved("cases", "changed_at", "id"),
    "case: when it is due": moved("cases", "due_at", "id"),
    "case: a bit of its text": flipped("cases", "private", "id"),
    "case: two texts exchanged": swapped("cases", "private", "id"),
    "case: deleted": deleted("cases", "id"),
    "case: slipped in": copied_case,
    "note: its number": worded("note", "number", "entry", ["7KQM9-XD4TF"]),
    "note: what it says": worded("note", "type", "entry", ["withdrawn", "confirmed"]),
    "note: when it was filed": moved("note", "filed_at", "entry"),
    "note: when it arrived": moved("note", "arrived_at", "entry"),
    "note: a bit of its text": flipped("note", "private", "entry"),
    "note: two texts exchanged": swapped("note", "private", "entry"),
    "note: a bit of its entry": flipped("note", "entry", "entry"),
    "note: deleted": deleted("note", "entry"),
    "device: its key": flipped("device", "sign", "log"),
    "device: its unit": worded("device", "unit", "log", ["DPUPR", "INSPEKTORAT"]),
    "device: its state": worded("device", "state", "log", ["active", "pending", "revoked"]),
    "device: how far it is rooted": moved("device", "rooted_seq", "log"),
    "device: deleted": deleted("device", "log"),
    "user: the role": worded("user", "role", "id", ["admin", "auditor", "petugas"]),
    "user: the unit": worded("user", "unit", "id", ["DPUPR", "INSPEKTORAT"]),
    "user: disabled or not": toggled("user", "disabled", "id"),
    "user: slipped in": slipped_in_user,
    "user: its key": flipped("user", "seal", "id"),
    "user: deleted": deleted("user", "id"),
    "grant: a bit of it": flipped("duty_grant", "sealed", "id"),
    "grant: deleted": deleted("duty_grant", "id"),
    "grant: two exchanged": swapped("duty_grant", "sealed", "id"),
    "grant: for somebody else": worded("duty_grant", "user", "id", [2, 3]),
    "grant: slipped in": copied_grant,
    "user: the password": swapped("user", "password", "id"),
    "user: must change it or not": toggled("user", "must_change", "id"),
    "user: a bit of the private key": flipped("user", "seal_private", "id"),
    "session: slipped in": slipped_in_session,
    "session: for somebody else": worded("session", "user", "token_hash", [1, 3]),
    "code: slipped in": slipped_in_code,
    "code: another secret": flipped("enrol_code", "secret", "id"),
    "code: another unit": worded("enrol_code", "unit", "id", ["DPUPR"]),
    "code: good for longer": moved("enrol_code", "expires_at", "id"),
    "code: good once more": spent_code_renewed,
    "device: the key it is told by": flipped("device", "seal", "log"),
    "device: its name": worded("device", "name", "log", ["Kios lain"]),
    "device: forked or not": toggled("device", "forked", "log"),
    "device: what is safe": flipped("device", "safe_id", "log", "safe_id is not null"),
    "stop: slipped in": slipped_in_stop,
    "stop: deleted": deleted("sms_stop", "phone"),
    "stop: since when": moved("sms_stop", "at", "phone"),
    "backup: slipped in": slipped_in_backup,
    "backup: deleted": deleted("backup", "n"),
    "backup: a later one": moved("backup", "made_at", "n"),
    "master: another table": worded("master", "rows", "name", ["[]"]),
    "master: deleted": deleted("master", "name"),
    "missing: deleted": deleted("missing", "id"),
    "tombstone: deleted": deleted("tombstone", "id"),
    "trouble: deleted": deleted("trouble", "entry"),
    "trouble: another code": worded("trouble", "code", "entry", ["json", "unseal"]),
}


@pytest.fixture
def edited(lived: Path, tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A copy to be edited, with nothing in the way of it."""
    data = Path(shutil.copytree(lived, tmp_path / "edited"))
    connection = open_database(data)
    connection.execute("pragma foreign_keys = off")
    connection.execute("pragma synchronous = off")
    yield data, connection
    connection.close()


@pytest.mark.timeout(180)
def test_every_kind_of_edit_is_found(edited: tuple[Path, sqlite3.Connection]) -> None:
    """Random edits, the kinds in turn; each is taken back before the next."""
    data, connection = edited
    rng = random.Random(20261122)
    unseen = []
    for number, kind in zip(range(EDITS), list(KINDS) * (EDITS // len(KINDS) + 1), strict=False):
        connection.execute("begin immediate")
        KINDS[kind](connection, rng)
        if not list(audit(Audit(connection, load_keys(data)))):
            unseen.append((number, kind))
        connection.execute("rollback")
    assert unseen == []


def without_chain_key(data: Path) -> None:
    """As the keys of an earlier version are."""
    stored = json.loads((data / "centre.keys").read_text())
    del stored["chain"]
    (data / "centre.keys").write_text(json.dumps(stored))


class TestAChainWrittenAnew:
    """Hashes need no key: who has the database can compute them all again, but not the seal of their end."""

    @staticmethod
    def rewrite(connection: sqlite3.Connection) -> None:
        """Nobody ever looked at a name."""
        connection.execute("begin immediate")
        rows = connection.execute("select * from event where type <> 'identity-unmasked' order by n").fetchall()
        connection.execute("delete from event")
        for row in rows:
            append_event(
                connection,
                at=row["at"],
                type=row["type"],
                actor=row["actor"],
                case_id=row["case_id"],
                data=json.loads(row["data"]),
            )
        connection.execute("commit")

    def test_is_found(self, edited: tuple[Path, sqlite3.Connection]) -> None:
        data, connection = edited
        self.rewrite(connection)
        assert [finding.code for finding in findings(data)] == ["event-seal"]

    @pytest.mark.parametrize("edit", ["", "delete from meta where key = 'event_head_seal'"])
    def test_gets_no_seal_later(self, edited: tuple[Path, sqlite3.Connection], edit: str) -> None:
        data, connection = edited
        self.rewrite(connection)
        connection.execute(edit)
        centre = open_centre(data, threads=False)
        add_user(centre, name="baru", role="auditor", unit="", full_name="", actor="cli")
        centre.close()
        assert [finding.code for finding in findings(data)] == ["event-seal"]

    def test_is_found_from_the_first_opening_on_where_an_earlier_version_had_no_key(
        self, edited: tuple[Path, sqlite3.Connection]
    ) -> None:
        data, connection = edited
        without_chain_key(data)
        connection.execute("delete from meta where key = 'event_head_seal'")
        assert findings(data) == []
        for _ in range(2):
            open_centre(data, threads=False).close()
            assert findings(data) == []
        self.rewrite(connection)
        assert [finding.code for finding in findings(data)] == ["event-seal"]

    def test_is_not_said_where_a_full_disk_took_the_seal_and_not_its_key(
        self, edited: tuple[Path, sqlite3.Connection]
    ) -> None:
        """The next opening makes both anew."""
        data, _ = edited
        without_chain_key(data)
        (data / "centre.keys.new").mkdir()  # Where the file is to be written first.
        open_centre(data, threads=False).close()
        assert findings(data) == []
        (data / "centre.keys.new").rmdir()
        open_centre(data, threads=False).close()
        assert load_keys(data).seal_head("") is not None
        assert findings(data) == []


def add_holiday(data: Path) -> None:
    centre = open_centre(data, threads=False)

    def add(connection: sqlite3.Connection) -> None:
        rows = master.get_table(connection, "kalender")
        holiday = {"tanggal": "2028-01-01", "jenis": "libur", "nama": "Tahun Baru"}
        master.put_table(connection, "kalender", [*rows, holiday], centre.clock(), actor="cli")

    centre.write(add)
    centre.close()


class TestMasterDataThatChanges:
    """What a table says from now on is stated; what it says without that was altered."""

    @pytest.mark.parametrize("times", [1, 2])
    def test_holds(self, data: Path, times: int) -> None:
        for _ in range(times):
            add_holiday(data)
        assert findings(data) == []

    def test_is_found_where_it_was_altered_afterwards(self, data: Path) -> None:
        add_holiday(data)
        with closing(open_database(data)) as connection:
            connection.execute("update master set rows = '[]' where name in ('kalender', 'teks')")
        assert [finding.row for finding in findings(data)] == ["kalender", "teks"]


class TestAnEarlierVersion:
    """Its events do not state the hash of a key pair or a grant: nothing is made of that, until one does."""

    @pytest.fixture
    def data(self, data: Path) -> Path:
        """As such a version founded a centre, and added a user."""
        without_chain_key(data)
        connection = open_database(data)
        connection.execute("begin immediate")
        user = users.NewUser("sari", "", Role.PETUGAS, "", "", UserKey(bytes(32), b""))
        users.insert_user(connection, user, 0)
        connection.execute("delete from event")
        connection.execute("delete from meta where key = 'event_head_seal'")
        append_event(connection, at=0, type="centre-founded", actor="cli", data={"demo": False})
        added = {"user": "sari", "role": "petugas", "unit": ""}
        append_event(connection, at=0, type="user-added", actor="cli", data=added)
        append_event(connection, at=0, type="password-changed", actor="sari")
        append_event(connection, at=5, type="signed-in", actor="sari")
        append_event(connection, at=6, type="code-issued", actor="cli", data={"unit": "DINKES", "until": 9})
        self.slip_in(connection, at=5)
        codes.add_code(connection, secret=bytes(8), unit="DINKES", now=6, expires_at=9)
        connection.execute("commit")
        connection.close()
        return data

    @staticmethod
    def slip_in(connection: sqlite3.Connection, at: int) -> None:
        user = users.find_user(connection, "sari")["id"]
        values = (bytes([at]) * 32, user, at, at)
        connection.execute(
            "insert into session (token_hash, user, csrf, made_at, seen_at) values (?, ?, '', ?, ?)", values
        )

    def test_what_no_event_explains_is_found_all_the_same(self, data: Path) -> None:
        with closing(open_database(data)) as connection:
            self.slip_in(connection, at=7)
            codes.add_code(connection, secret=bytes(8), unit="DPUPR", now=6, expires_at=9)
        assert [finding.code for finding in findings(data)] == ["code", "session-extra"]

    def test_it_holds(self, data: Path) -> None:
        assert findings(data) == []

    def test_a_table_is_compared_from_its_first_change_on(self, data: Path) -> None:
        add_holiday(data)
        assert findings(data) == []
        with closing(open_database(data)) as connection:
            connection.execute("update master set rows = '[]' where name in ('kalender', 'teks')")
        assert [finding.row for finding in findings(data)] == ["kalender"]

    @pytest.mark.parametrize(("user", "code"), [(1, "grant-missing"), (None, "grant-missing")])
    def test_the_first_grants_must_be_there(self, data: Path, user: int | None, code: str) -> None:
        with closing(open_database(data)) as connection:
            connection.execute("delete from duty_grant where user is ?", (user,))
        assert [finding.code for finding in findings(data)] == [code]

    def test_a_key_is_compared_from_the_next_event_on_that_states_it(self, data: Path) -> None:
        centre = open_centre(data, threads=False)
        reset_password(centre, "sari", actor="cli")
        centre.close()
        assert findings(data) == []
        with closing(open_database(data)) as connection:
            connection.execute("update user set seal = ? where name = 'sari'", (bytes(32),))
        assert [finding.code for finding in findings(data)] == ["user-key"]


def test_a_finding_says_where(edited: tuple[Path, sqlite3.Connection]) -> None:
    data, connection = edited
    row = connection.execute("select n, number, raw from entry join cases using (id) limit 1").fetchone()
    connection.execute("update entry set raw = ? where n = ?", (flip(row["raw"], random.Random(1)), row["n"]))
    lines = [finding.line() for finding in findings(data)]
    assert any(line.startswith(f"buku besar n={row['n']} ") for line in lines)
    assert any(row["number"] in line for line in lines)
