"""How the ledger becomes cases, whatever stands in it."""

import os
import zlib
from hashlib import sha256

import pytest

from server.actions.confirm_device import confirm_device
from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.actions.revoke_device import revoke_device
from server.audit import audit
from server.audit.state import Audit
from server.domain.fold import decode_note, decode_private
from server.store import cases, devices, ledger, notes, troubles
from server.store.centre import open_centre, open_database
from sync_protocol.bodies import Complaint, Note, Secret, SecretPerson, SecretText
from sync_protocol.bundle import write_bundle
from sync_protocol.entry import HEADER_SIZE
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info, hpke_seal
from sync_protocol.vocabulary import Identity

DEEP = b'{"category": ' + b"[" * 60_000


def receive(centre, entries):
    received = receive_bundle(centre, write_bundle(entry.raw for entry in entries), via="http")
    assert received.stored == len(entries)
    return fold(centre)


def private_of(centre, entry):
    row = centre.read(lambda c: cases.get_case(c, entry.id))
    return decode_private(centre.keys.decrypt_field(row["id"], row["private"]))


def hostile(peer, body, *, kind=Kind.COMPLAINT, **place):
    """An entry of the peer with any body, at the end of its log."""
    last = peer.entries[-1]
    entry = peer.write(kind, body, seq=last.seq + 1, prev=last.id, **place)
    peer.entries.append(entry)
    return entry


def test_a_case_shows_what_the_resident_said(centre, enrol):
    peer = enrol()
    entry = peer.complain(
        "Jalan rusak.",
        category="JLN",
        place="RT 5",
        name="Ina Maria",
        phone="+6281234",
        pin="123456",
        accused="PKM-OSP",
        sms_ok=True,
    )
    receive(centre, [entry])
    row = centre.read(lambda c: cases.get_case(c, entry.id))
    assert (row["number"], row["log"], row["accused"]) == (number_of(entry.id), peer.log, "PKM-OSP")
    private = private_of(centre, entry)
    assert (private.text, private.place, private.name) == ("Jalan rusak.", "RT 5", "Ina Maria")
    assert (private.phone, private.pin, private.sms_ok) == ("+6281234", "123456", True)


def test_the_database_file_shows_no_word_name_phone_or_pin(centre, enrol, data):
    peer = enrol()
    receive(centre, [peer.complain("Burung kenari hilang", name="Canaria Uji", phone="+62899887766", pin="770077")])
    content = b"".join(path.read_bytes() for path in data.glob("centre.sqlite3*"))
    for word in (b"kenari", b"Canaria", b"899887766", b"770077"):
        assert word not in content


def test_of_a_secret_report_the_centre_reads_neither_words_nor_name(centre, enrol):
    peer = enrol()
    duty = centre.keys.duty_public
    secret = Secret(
        text=hpke_seal(duty, duty_info(peer.log, "text"), pack(SecretText(text="rahasia besar").encode())),
        person=hpke_seal(duty, duty_info(peer.log, "person"), pack(SecretPerson(name="Pelapor").encode())),
    )
    body = Complaint(category="PGL", kelurahan="53.71.01.1001", pin="1" * 16, identity=Identity.SECRET, secret=secret)
    entry = peer.append(Kind.COMPLAINT, body)
    receive(centre, [entry])
    private = private_of(centre, entry)
    assert (private.text, private.name, private.is_sealed, private.pin) == ("", "", True, "1" * 16)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json"),
        (b"\xff\xfe", "json"),
        (b"[1, 2]", "field"),
        (b'{"category": "AIR"}', "field"),
        (b'{"category": "AIR", "kelurahan": "1", "pin": "123456", "pin": "654321"}', "json"),
        (b'{"category": "A\\u0000", "kelurahan": "1", "pin": "123456"}', "json"),
        (b'{"category": "AIR", "kelurahan": "1", "pin": "12"}', "field"),
        (b'{"category": "AIR", "kelurahan": "1", "pin": "123456", "row": ' + b"9" * 400 + b"}", "json"),
        (b'{"category": "AIR", "kelurahan": "1", "pin": "123456", "text": "' + b"a" * 4_001 + b'"}', "field"),
        (DEEP, "json"),
    ],
)
def test_a_hostile_body_is_kept_noted_and_stops_nothing(centre, enrol, body, code):
    peer = enrol()
    entries = [peer.complain(), hostile(peer, body), peer.complain()]
    assert receive(centre, entries) == 3
    (trouble,) = centre.read(troubles.list_troubles)
    assert (trouble["entry"], trouble["code"]) == (entries[1].id, code)
    assert centre.read(cases.count_cases) == 2
    assert centre.read(lambda c: ledger.holds(c, peer.log, entries[1].id))


def test_a_body_for_another_reader_or_for_another_header_is_noted(centre, enrol):
    peer, other = enrol(), enrol()
    sealed_to_other = peer.entries[-1]
    peer.intake = other.seal
    wrong_reader = peer.complain()
    peer.intake = centre.keys.intake_public
    good = peer.complain()
    body = good.raw[HEADER_SIZE:-64]
    moved = hostile(peer, b"{}")
    resealed = moved.header + body
    message = b"kasih entry v1\n" + moved.header + sha256(body).digest()
    raw = resealed + peer.signer.sign(message)
    assert sealed_to_other.raw != raw
    receive_bundle(centre, write_bundle([wrong_reader.raw, good.raw, raw]), via="http")
    fold(centre)
    codes = {row["code"] for row in centre.read(troubles.list_troubles)}
    assert codes == {"wrong-recipient", "unseal"}
    assert centre.read(cases.count_cases) == 1


def test_unknown_kinds_and_kinds_of_ours_are_kept_and_noted(centre, enrol):
    peer = enrol()
    entries = [hostile(peer, b'{"x": 1}', kind=kind) for kind in (11, 31, 32, 77, 255)]
    receive(centre, entries)
    found = centre.read(troubles.list_troubles)
    assert {row["kind"] for row in found} == {11, 31, 32, 77, 255}
    assert centre.read(cases.count_cases) == 0


def test_what_came_without_its_seal_is_folded_like_any_other_and_noted(centre, enrol):
    peer = enrol()
    receive(centre, [peer.complain(), peer.health(), peer.clock_news("boot")])
    peer.intake = None
    plain = [peer.complain("Terang."), peer.health(queue=3), hostile(peer, b"?")]
    receive(centre, plain)
    assert centre.read(cases.count_cases) == 2
    (device,) = centre.read(devices.list_devices)
    assert (device["unsealed"], device["troubles"]) == (2, 1)
    assert [row["entry"] for row in centre.read(troubles.list_troubles)] == [plain[-1].id]
    assert centre.read(lambda connection: list(audit(Audit(connection, centre.keys)))) == []


def test_what_an_earlier_version_passed_without_its_seal_is_noted_after_the_migration(data, centre, enrol):
    peer = enrol()
    sealed = peer.complain()
    peer.intake = None
    receive(centre, [sealed, peer.complain("Terang.")])
    centre.close()
    connection = open_database(data)
    connection.execute("drop index trouble_log")
    connection.execute("delete from trouble")
    connection.execute("delete from _sqlite_migrations where name = '0006_unsealed'")
    connection.close()
    later = open_centre(data, threads=False)
    assert fold(later) == 1
    assert later.read(devices.list_devices)[0]["unsealed"] == 1
    assert later.read(cases.count_cases) == 2
    later.close()


def test_a_bomb_of_a_body_is_noted(centre, enrol, monkeypatch):
    peer = enrol()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"\x01" + deflate.compress(bytes(10_000_000)) + deflate.flush()
    last = peer.entries[-1]
    with monkeypatch.context() as patched:
        patched.setattr("sync_protocol.entry.pack", lambda body: packed)
        bomb = peer.write(Kind.COMPLAINT, b"", seq=last.seq + 1, prev=last.id)
    peer.entries.append(bomb)
    receive(centre, [bomb])
    assert [row["code"] for row in centre.read(troubles.list_troubles)] == ["inflate"]


def test_health_goes_to_the_device_and_the_newest_counts(centre, enrol, clock):
    peer = enrol()
    receive(centre, [peer.health(queue=5)])
    clock.pass_(1000)
    receive(centre, [peer.health(queue=2, modem="huawei"), peer.health(queue=3)])
    health = centre.read(lambda c: c.execute("select health from device").fetchone()[0])
    assert health == '{"queue":3}'


def notes_of(centre, peer, number, pin):
    return centre.read(lambda c: notes.notes_with_pin(c, number, centre.keys.pin_proof(number, pin), peer.log))


def test_a_note_is_kept_encrypted_under_the_number_that_it_names(centre, enrol, clock):
    peer = enrol()
    entry = peer.append(Kind.NOTE, Note(number="7kqm9xd4tf", pin="123456", type="amended", text="Di RT 5."))
    clock.pass_(60_000)
    receive(centre, [entry])
    (note,) = notes_of(centre, peer, "7KQM9-XD4TF", "123456")
    assert notes_of(centre, peer, "7KQM9-XD4TF", "123457") == notes_of(centre, peer, "7KQM9-XD4TG", "123456") == []
    assert (note.entry, note.type, note.arrived_at) == (entry.id, "amended", clock.now)
    assert b"RT 5" not in note.private
    assert b"123456" not in note.private + note.pin
    assert decode_note(centre.keys.decrypt_field(entry.id, note.private)).text == "Di RT 5."
    assert centre.read(troubles.list_troubles) == []


def test_a_note_to_a_mistyped_number_is_a_trouble(centre, enrol):
    peer = enrol()
    receive(centre, [peer.append(Kind.NOTE, Note(number="7KQM9-XD4TA", type="amended", text="Di RT 5."))])
    assert [row["code"] for row in centre.read(troubles.list_troubles)] == ["number"]


def test_notes_that_an_earlier_version_passed_are_folded_after_the_migration(data, centre, enrol):
    peer = enrol()
    entry = peer.append(Kind.NOTE, Note(number="7KQM9-XD4TF", pin="123456", type="rated", rating=5))
    receive(centre, [entry])
    centre.close()
    connection = open_database(data)
    connection.execute("drop table note")
    connection.execute("drop table asked")
    connection.execute("delete from _sqlite_migrations where name in ('0002_notes', '0003_notes_by_pin')")
    connection.close()
    later = open_centre(data, threads=False)
    assert fold(later) == 1
    assert [note.entry for note in notes_of(later, peer, "7KQM9-XD4TF", "123456")] == [entry.id]
    later.close()


def test_notes_of_the_version_before_are_folded_once_more_and_in_order(data, centre, enrol):
    peer = enrol()
    said = [peer.append(Kind.NOTE, Note(number="7KQM9-XD4TF", pin="123456", type="amended")) for _ in range(8)]
    receive(centre, said)
    centre.close()
    connection = open_database(data)
    for statement in (
        "drop table note",
        """create table note (entry blob primary key, number text not null, type text not null,
            filed_at integer not null, arrived_at integer not null, private blob not null) strict""",
        "create index note_number on note (number, arrived_at)",
        "drop table asked",
        "create table asked (entry blob primary key, opened integer not null) strict",
        "insert into asked values (x'01', 1)",
        "delete from _sqlite_migrations where name = '0003_notes_by_pin'",
    ):
        connection.execute(statement)
    connection.close()
    later = open_centre(data, threads=False)
    assert fold(later) == len(said)
    assert [note.entry for note in notes_of(later, peer, "7KQM9-XD4TF", "123456")] == [entry.id for entry in said]
    assert later.read(lambda c: c.execute("select at from asked").fetchone()[0]) > 0
    later.close()


def test_folding_again_changes_nothing(centre, enrol):
    peer = enrol()
    receive(centre, [peer.complain() for _ in range(5)])
    before = centre.read(lambda c: [tuple(row) for row in cases.all_cases(c)])
    assert fold(centre) == 0
    assert centre.read(lambda c: [tuple(row) for row in cases.all_cases(c)]) == before


def test_the_cases_follow_from_the_ledger_alone(centre, enrol, clock):
    peers = [enrol(), enrol("DINKES")]
    for peer in peers:
        peer.clock = lambda: clock() - 400_000_000
    for round_ in range(4):
        clock.pass_(3_600_000)
        for peer in peers:
            batch = [peer.complain(f"{round_} {number}") for number in range(3)] + [hostile(peer, b"?")]
            head = peer.session().head(peer.clock())
            receive_bundle(centre, write_bundle([head, *(entry.raw for entry in batch)]), via="http")
        fold(centre)
    visible = "id, number, log, unit, channel, category, identity, status, claimed_at, filed_at, arrived_at"

    def rows(connection):
        found = {tuple(row) for row in connection.execute(f"select {visible} from cases")}
        return found, {tuple(row) for row in connection.execute("select * from trouble")}

    before = centre.read(rows)

    def forget(connection):
        connection.execute("delete from cases")
        connection.execute("delete from trouble")
        connection.execute("delete from meta where key = 'folded'")

    centre.write(forget)
    assert fold(centre) == len(centre.read(lambda c: list(ledger.all_entries(c))))
    assert centre.read(rows) == before


def test_what_is_let_out_of_quarantine_while_others_wait_is_folded_too(centre, enrol, clock):
    good, bad = enrol(), enrol()
    revoke_device(centre, bad.log, actor="test")
    for peer in (bad, good, bad, good):
        receive_bundle(centre, write_bundle([peer.complain().raw]), via="http")
    confirm_device(centre, bad.log, actor="test")
    receive_bundle(centre, write_bundle([good.complain().raw]), via="http")
    fold(centre)
    assert centre.read(cases.count_cases) == 5
    assert fold(centre) == 0


def test_random_bytes_as_a_body_never_stop_the_fold(centre, enrol):
    peer = enrol()
    entries = [hostile(peer, os.urandom(1 + number * 7)) for number in range(40)]
    entries.append(peer.complain())
    receive(centre, entries)
    assert centre.read(cases.count_cases) == 1
    assert len(centre.read(troubles.list_troubles)) == 40
