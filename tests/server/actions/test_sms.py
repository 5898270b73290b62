"""SMS at the centre: news and answers, each once ever, through a device with a modem, to the phone on file alone."""

import json
import shutil

import pytest
from msgspec.structs import replace

from server.actions.confirm_device import confirm_device
from server.actions.fold_entries import fold
from server.actions.receive_bundle import receive_bundle
from server.actions.revoke_device import revoke_device
from server.actions.send_sms import phone_name
from server.actions.take_step import take_step
from server.actions.verify_report import verify_report
from server.audit import audit
from server.audit.state import Audit
from server.domain.fold import decode_private
from server.domain.lifecycle import Step
from server.domain.roles import Role, Viewer
from server.errors import UnknownPlaceError
from server.store import cases, sms
from server.store.centre import open_centre
from server.store.events import events_of_case
from sync_protocol.bodies import ModemHealth, Note, Secret, SmsIn, SmsOut, SmsResult
from sync_protocol.bundle import write_bundle
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.vocabulary import Identity
from tests.server.conftest import sender

PHONE, OTHER = "+6281234500001", "+6281234500099"
PIN = "246810"
STAFF = Viewer(id=1, name="petugas1", role=Role.PETUGAS)
DAY_MS = 86_400_000
TEXT = "Lampu jalan mati RT 3"


@pytest.fixture
def kiosk(enrol):
    peer = enrol()
    peer.health(modem="Telkomsel", modems=[ModemHealth(operator="Telkomsel")])
    return peer


@pytest.fixture
def report(centre, kiosk):
    """Files a report by SMS and lets it arrive; gives its id and number."""

    def file(**fields):
        given = {"channel": "sms", "phone": PHONE, "sms_ok": True, "pin": PIN, "flags": []}
        entry = kiosk.complain(fields.pop("text", TEXT), **(given | fields))
        kiosk.sync(sender(centre))
        return entry.id, number_of(entry.id)

    return file


@pytest.fixture
def ask(centre, kiosk):
    """Sends a command by SMS; gives the answers that came down since."""

    def send(text, phone=PHONE, peer=kiosk):
        before = len(out(peer))
        flag = text.split(" ")[0].lower()
        peer.append(Kind.SMS_IN, SmsIn(sender=phone, text=text, flags=[flag]))
        peer.sync(sender(centre))
        peer.sync(sender(centre))
        return [(body.to, body.text) for body in out(peer)[before:]]

    return send


def out(peer) -> list[SmsOut]:
    return peer.received(Kind.SMS_OUT)


def status(centre, case_id):
    return centre.read(lambda c: cases.get_case(c, case_id))["status"]


def said(centre, case_id) -> tuple[str, str]:
    """The last thing that happened to a case, and the words that came with it."""
    event = centre.read(lambda c: list(events_of_case(c, case_id)))[-1]
    note = json.loads(event["data"]).get("note", "")
    return event["type"], centre.keys.decrypt_field(case_id, bytes.fromhex(note)).decode() if note else ""


def findings(centre) -> list[str]:
    return centre.read(lambda c: [finding.line() for finding in audit(Audit(c, centre.keys))])


def answered(centre, case_id) -> None:
    """The unit has answered: as an action of a later version will do it."""
    if status(centre, case_id) == "BELUM_VERIFIKASI":
        happen(centre, case_id, Step.VERIFIED, unit="DPUPR")
    happen(centre, case_id, Step.ANSWERED)


def happen(centre, case_id, step, **data) -> None:
    now = centre.clock()
    centre.write(lambda c: take_step(c, centre, case_id, step, actor="dinkes", now=now, data=data))


def alter(centre, case_id) -> None:
    centre.write(lambda c: c.execute("update cases set private = x'00' where id = ?", (case_id,)))


def folded(centre) -> dict[str, list[dict[str, object]]]:
    """All rows that are a fold of the ledger and the events, with what is encrypted in them opened."""

    def read(connection):
        return {
            table: [opened(dict(row)) for row in connection.execute(f"select * from {table} order by {key}")]
            for table, key in (("cases", "id"), ("note", "entry"), ("sms_result", "entry"), ("trouble", "entry"))
        }

    def opened(row):
        if "private" in row:
            row["private"] = centre.keys.decrypt_field(row.get("id") or row["entry"], row["private"])
        return row

    return centre.read(read)


class TestNews:
    """What a resident is told without having asked."""

    def test_verifikasi_becomes_an_sms_with_the_unit_and_the_date(self, centre, kiosk, report):
        case_id, number = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(centre))
        (message,) = out(kiosk)
        assert message.to == PHONE
        assert message.text == (
            f"KASIH: Laporan {number} sudah diperiksa dan diteruskan ke Dinas PUPR."
            f" Tindak lanjut paling lambat 25 Nov 2026. Cek: ketik CEK {number}"
        )
        assert message.not_after > centre.clock()
        assert findings(centre) == []

    def test_a_kiosk_report_with_a_phone_gets_it_too(self, centre, kiosk, report):
        case_id, _ = report(channel="kios", phone="081234500001")
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(centre))
        assert [message.to for message in out(kiosk)] == [PHONE]

    @pytest.mark.parametrize("fields", [{"sms_ok": False}, {"phone": ""}, {"phone": "1708"}])
    def test_who_did_not_ask_for_news_gets_none(self, centre, kiosk, report, fields):
        case_id, _ = report(**fields)
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(centre))
        assert out(kiosk) == []

    def test_of_a_secret_report_it_names_no_unit(self, centre, kiosk, report):
        from server.actions.verify_report import hand_over

        case_id, number = report(
            text="", identity=Identity.SECRET, category="PPA", secret=Secret(text=bytes(64), person=bytes(64))
        )

        def hand(connection):
            case = cases.get_case(connection, case_id)
            assert case is not None
            hand_over(connection, centre, case, accused="", actor="petugas1", now=centre.clock(), data={"unit": "DP3A"})

        centre.write(hand)
        kiosk.sync(sender(centre))
        (message,) = out(kiosk)
        assert "DP3A" not in message.text
        assert f"Laporan {number} sudah diperiksa dan diteruskan ke unit terkait" in message.text

    def test_a_centre_set_back_writes_the_same_key_again(self, data, centre, kiosk, report, tmp_path, clock):
        case_id, _ = report()
        shutil.copytree(data, tmp_path / "backup")
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(centre))
        set_back = open_centre(tmp_path / "backup", clock=clock, threads=False)
        clock.pass_(DAY_MS)
        verify_report(set_back, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(set_back))
        assert len({message.key for message in out(kiosk)}) == 1
        set_back.close()

    def test_nothing_of_it_lies_readable_in_the_database(self, data, centre, kiosk, report):
        case_id, _ = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        stored = b"".join(file.read_bytes() for file in data.glob("centre.sqlite3*"))
        assert b"81234500001" not in stored
        assert b"sudah diperiksa dan diteruskan" in stored  # the template, in the master data
        assert b"diteruskan ke Dinas PUPR" not in stored


class TestRoute:
    """Which device sends."""

    def test_another_device_with_a_modem_sends_where_the_first_was_revoked(self, centre, enrol, kiosk, report, clock):
        other = enrol("DINKES")
        other.health(modems=[ModemHealth(operator="XL")])
        other.sync(sender(centre))
        case_id, _ = report()
        revoke_device(centre, kiosk.log, actor="test")
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        other.sync(sender(centre))
        assert len(out(other)) == 1

    def test_it_waits_until_a_device_with_a_modem_is_there_and_goes_once(self, centre, enrol):
        plain = enrol()
        entry = plain.complain(phone=PHONE, sms_ok=True)
        plain.sync(sender(centre))
        verify_report(centre, STAFF, entry.id, unit="DPUPR")
        plain.sync(sender(centre))
        assert out(plain) == []
        assert centre.read(sms.count_waiting) == 1
        able = enrol("DINKES")
        able.health(modems=[ModemHealth()])
        for _ in range(3):
            able.sync(sender(centre))
        assert len(out(able)) == 1
        assert centre.read(sms.count_waiting) == 0
        assert out(plain) == []

    def test_one_that_was_altered_keeps_no_other_waiting(self, centre, enrol):
        plain = enrol()
        entries = [plain.complain(phone=PHONE, sms_ok=True) for _ in range(3)]
        plain.sync(sender(centre))
        for entry in entries:
            verify_report(centre, STAFF, entry.id, unit="DPUPR")
        altered = entries[1].id
        centre.write(lambda c: c.execute("update sms_out set private = x'00' where case_id = ?", (altered,)))
        able = enrol("DINKES")
        able.health(modems=[ModemHealth()])
        for _ in range(2):
            able.sync(sender(centre))
        assert len(out(able)) == 2
        assert centre.read(sms.count_waiting) == 0
        given_up = centre.read(lambda c: c.execute("select case_id from event where type = 'sms-damaged'").fetchall())
        assert [row["case_id"] for row in given_up] == [altered]
        assert findings(centre) == []

    def test_a_kiosk_that_looks_for_a_modem_in_vain_has_none(self, centre, enrol):
        plain = enrol()
        entry = plain.complain(phone=PHONE, sms_ok=True)
        plain.health(modems=[ModemHealth(trouble="no-modem")])
        plain.sync(sender(centre))
        verify_report(centre, STAFF, entry.id, unit="DPUPR")
        assert centre.read(sms.count_waiting) == 1

    def test_a_modem_that_works_goes_before_one_in_trouble(self, centre, enrol):
        ill, well = enrol("DINKES"), enrol("DPUPR")
        well.health(modems=[ModemHealth()])
        ill.health(modems=[ModemHealth(trouble="silent")])
        plain = enrol()
        case = plain.complain(phone=PHONE, sms_ok=True)
        for peer in (well, plain, ill):
            peer.sync(sender(centre))
        verify_report(centre, STAFF, case.id, unit="DPUPR")
        for peer in (well, ill):
            peer.sync(sender(centre))
        assert (len(out(well)), len(out(ill))) == (1, 0)

    def test_what_waits_too_long_is_dropped(self, centre, enrol, clock):
        plain = enrol()
        entry = plain.complain(phone=PHONE, sms_ok=True)
        plain.sync(sender(centre))
        verify_report(centre, STAFF, entry.id, unit="DPUPR")
        clock.pass_(8 * DAY_MS)
        plain.health(modems=[ModemHealth()])
        plain.sync(sender(centre))
        plain.sync(sender(centre))
        assert out(plain) == []
        assert centre.read(sms.count_waiting) == 0

    def test_what_a_revoked_device_did_not_report_goes_to_another_one(self, centre, enrol, kiosk, report):
        case_id, _ = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        revoke_device(centre, kiosk.log, actor="test")
        other = enrol("DINKES")
        other.health(modems=[ModemHealth()])
        other.sync(sender(centre))
        other.sync(sender(centre))
        assert len(out(other)) == 1


class TestCommands:
    """What residents ask."""

    def test_cek_from_the_phone_on_file_tells_how_it_stands(self, report, ask):
        _, number = report()
        ((to, text),) = ask(f"CEK {number}")
        assert to == PHONE
        assert text.startswith(
            f"KASIH: No {number}: Antre periksa sejak 18 Nov 2026 di Pusat Kasih. Batas waktu 23 Nov"
        )

    def test_whatever_does_not_fit_gets_the_same_answer(self, report, ask):
        _, number = report()
        texts = [
            ask(f"CEK {number}", OTHER),
            ask(f"CEK {number} 111111", OTHER),
            ask("CEK 000G4-0R40Y", OTHER),
            ask("CEK laporan saya", OTHER),
            ask(f"TAMBAH {number} bukan saya", OTHER),
        ]
        assert len({text for ((_, text),) in texts}) == 1
        assert "tidak kami temukan" in texts[0][0][1]

    def test_cek_with_the_pin_is_heard_from_any_phone_until_five_wrong_ones_lock(self, report, ask, clock):
        _, number = report()
        assert f"No {number}" in ask(f"CEK {number} {PIN}", OTHER)[0][1]
        phones = [f"+62812345001{index:02}" for index in range(6)]
        for phone in phones[:5]:
            assert "tidak kami temukan" in ask(f"CEK {number} 111111", phone)[0][1]
        assert "tidak kami temukan" in ask(f"CEK {number} {PIN}", phones[5])[0][1]
        assert f"No {number}" in ask(f"CEK {number}")[0][1]  # the phone on file needs no PIN
        clock.pass_(3_600_001)
        assert f"No {number}" in ask(f"CEK {number} {PIN}", phones[5])[0][1]

    def test_tambah_is_kept_and_answered(self, centre, report, ask):
        case_id, number = report()
        assert "Antre periksa" in ask(f"TAMBAH {number} dekat gereja")[0][1]
        (event,) = centre.read(lambda c: c.execute("select * from event where case_id = ?", (case_id,)).fetchall())
        assert event["type"] == "noted-amended"
        assert "gereja" not in event["data"]
        assert findings(centre) == []

    def test_tambah_to_a_case_that_waits_for_it_moves_it_on(self, centre, report, ask, kiosk):
        case_id, number = report()
        happen(centre, case_id, Step.HELD)
        ask(f"TAMBAH {number} RT 5 RW 2")
        assert status(centre, case_id) == "BELUM_VERIFIKASI"
        assert [body.status for body in kiosk.received(Kind.STATUS)] == ["BELUM_VERIFIKASI"]
        assert findings(centre) == []

    @pytest.mark.parametrize("phone", [PHONE, OTHER])
    def test_words_behind_cek_are_kept_without_the_pin_and_end_no_wait(self, centre, report, ask, phone):
        case_id, number = report()
        happen(centre, case_id, Step.HELD)
        ((to, text),) = ask(f"CEK {number} {PIN} sudah sampai mana pak?", phone)
        assert to == phone
        assert f"No {number}: Perlu lengkap" in text
        assert status(centre, case_id) == "TUNDA"
        assert said(centre, case_id) == ("noted-amended", "sudah sampai mana pak?")
        assert findings(centre) == []

    def test_cek_without_words_leaves_no_note(self, centre, report, ask):
        case_id, number = report()
        happen(centre, case_id, Step.HELD)
        ask(f"CEK {number} {PIN}")
        assert said(centre, case_id)[0] == "held"

    def test_a_ya_that_its_words_deny_is_kept_and_closes_nothing(self, centre, report, ask):
        case_id, number = report()
        answered(centre, case_id)
        assert f"No {number}: Ditanggapi" in ask(f"YA {number} tapi masih mati")[-1][1]
        assert status(centre, case_id) == "DITANGGAPI"
        assert said(centre, case_id) == ("noted-amended", "tapi masih mati")
        assert findings(centre) == []

    def test_ya_closes_and_asks_for_a_rating_and_belum_opens_again(self, centre, report, ask):
        case_id, number = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        answered(centre, case_id)
        assert "Puaskah Anda" in ask(f"YA {number}")[-1][1]
        assert status(centre, case_id) == "SELESAI"
        assert "sudah kami catat" in ask(f"NILAI {number} 4")[0][1]
        assert "dibuka kembali dan dikirim ke Dinas PUPR" in ask(f"BELUM {number} masih gelap")[0][1]
        assert status(centre, case_id) == "DIBUKA_LAGI"
        assert findings(centre) == []

    def test_belum_after_thirty_days_is_noted_and_opens_nothing(self, centre, report, ask, clock):
        case_id, number = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        answered(centre, case_id)
        ask(f"YA {number}")
        clock.pass_(31 * DAY_MS)
        assert "sudah kami catat" in ask(f"BELUM {number} rusak lagi")[0][1]
        assert status(centre, case_id) == "SELESAI"
        assert findings(centre) == []

    @pytest.mark.parametrize("command", ["YA", "BELUM"])
    def test_before_there_is_an_answer_it_is_noted(self, centre, report, ask, command):
        case_id, number = report()
        assert "sudah kami catat" in ask(f"{command} {number}")[0][1]
        assert status(centre, case_id) == "BELUM_VERIFIKASI"

    @pytest.mark.parametrize(
        ("command", "says", "then"), [("YA", "Puaskah Anda", "SELESAI"), ("BELUM", "dibuka kembali", "DIBUKA_LAGI")]
    )
    def test_a_verdict_without_a_number_is_for_the_one_case_that_waits(self, centre, report, ask, command, says, then):
        case_id, number = report()
        quiet, _ = report()
        theirs, _ = report(phone=OTHER)
        altered, _ = report(phone=OTHER)
        for each in (case_id, theirs, altered):
            answered(centre, each)
        alter(centre, altered)
        text = ask(command)[-1][1]
        assert says in text
        assert number in text
        assert [status(centre, each) for each in (case_id, quiet, theirs)] == [then, "BELUM_VERIFIKASI", "DITANGGAPI"]

    @pytest.mark.parametrize("waiting", [0, 2])
    def test_a_verdict_that_may_mean_none_or_several_gets_help(self, centre, report, ask, waiting):
        ids = [report()[0] for _ in range(2)]
        for each in ids[:waiting]:
            answered(centre, each)
        before = [status(centre, each) for each in ids]
        assert "LAPOR ketik KOTKUPANG" in ask("YA")[-1][1]
        assert [status(centre, each) for each in ids] == before

    def test_a_verdict_with_a_mistyped_number_is_for_no_case(self, centre, report, ask):
        case_id, _ = report()
        answered(centre, case_id)
        assert "tidak kami temukan" in ask("YA 000G4-0R40Z")[-1][1]
        assert status(centre, case_id) == "DITANGGAPI"

    def test_pin_makes_a_new_one_for_the_phone_on_file_alone(self, centre, report, ask):
        case_id, number = report()
        assert "tidak kami temukan" in ask(f"PIN {number}", OTHER)[0][1]
        ((to, text),) = ask(f"PIN {number}")
        assert to == PHONE
        private = centre.read(lambda c: cases.get_case(c, case_id))["private"]
        pin = decode_private(centre.keys.decrypt_field(case_id, private)).pin
        assert pin != PIN
        assert f"PIN baru laporan {number}: {pin}." in text
        assert "tidak kami temukan" in ask(f"CEK {number} {PIN}", OTHER)[0][1]
        assert f"No {number}" in ask(f"CEK {number} {pin}", OTHER)[0][1]
        assert findings(centre) == []

    def test_three_new_pins_a_day_are_enough(self, report, ask):
        _, number = report()
        texts = [ask(f"PIN {number}")[0][1] for _ in range(4)]
        assert ["PIN baru" in text for text in texts] == [True, True, True, False]

    def test_berhenti_ends_news_and_mulai_brings_it_back(self, centre, kiosk, report, ask):
        first, _ = report()
        second, _ = report(phone="081234500001")
        assert "tidak akan mengirim SMS kabar lagi" in ask("BERHENTI")[0][1]
        before = len(out(kiosk))
        verify_report(centre, STAFF, first, unit="DPUPR")
        kiosk.sync(sender(centre))
        assert len(out(kiosk)) == before
        assert "SMS kabar" in ask("MULAI")[0][1]
        verify_report(centre, STAFF, second, unit="DPUPR")
        kiosk.sync(sender(centre))
        assert "diteruskan ke" in out(kiosk)[-1].text

    def test_commands_of_one_bundle_are_done_in_the_order_in_which_they_came(self, centre, kiosk):
        phones = [f"+62812345000{index:02}" for index in range(12)]
        for phone in phones:
            for word in ("MULAI", "BERHENTI"):
                kiosk.append(Kind.SMS_IN, SmsIn(sender=phone, text=word, flags=[word.lower()]))
        kiosk.sync(sender(centre))
        names = [phone_name(centre, phone) for phone in phones]
        assert centre.read(lambda c: [sms.has_stopped(c, name) for name in names]) == [True] * len(names)

    @pytest.mark.parametrize("phone", ["TELKOMSEL", "1708", "123456"])
    def test_services_are_never_answered(self, report, ask, phone):
        _, number = report()
        assert ask(f"CEK {number}", phone) == []

    def test_two_machines_that_answer_each_other_end_after_five(self, report, ask, clock):
        report()
        answers = [ask("CEK 000G4-0R40Y") for _ in range(8)]
        assert [len(texts) for texts in answers] == [1] * 5 + [0] * 3
        clock.pass_(DAY_MS + 1)
        assert len(ask("CEK 000G4-0R40Y")) == 1

    def test_one_phone_gets_only_so_many_answers_a_day(self, report, ask):
        numbers = [report()[1] for _ in range(35)]
        assert sum(len(ask(f"CEK {number}")) for number in numbers) == 30

    def test_the_limits_are_settings(self, centre, report, ask, clock):
        centre.settings = replace(
            centre.settings, sms_replies_per_day=4, sms_same_per_day=2, sms_pins_per_day=1, reopen_days=2
        )
        case_id, number = report()
        assert [len(ask("CEK 000G4-0R40Y")) for _ in range(3)] == [1, 1, 0]
        pins = [text for _ in range(3) for _, text in ask(f"PIN {number}")]
        assert ["PIN baru" in text for text in pins] == [True, False], "the fourth answer of the day was the last"
        answered(centre, case_id)
        ask(f"YA {number}")
        clock.pass_(2 * DAY_MS + 1)
        ask(f"BELUM {number} mati lagi")
        assert status(centre, case_id) == "SELESAI"


class TestOnce:
    """Nothing is done or sent twice."""

    def test_the_same_entry_by_another_way_is_answered_once(self, centre, kiosk, report, ask):
        _, number = report()
        ask(f"CEK {number}")
        receive_bundle(centre, write_bundle([entry.raw for entry in kiosk.entries]), via="usb")
        fold(centre)
        kiosk.sync(sender(centre))
        assert len(out(kiosk)) == 1

    def test_folding_everything_again_does_and_sends_nothing_again(self, centre, kiosk, report, ask):
        case_id, number = report()
        ask(f"TAMBAH {number} dekat gereja")
        ask(f"PIN {number}")
        events = centre.read(lambda c: c.execute("select count(*) from event").fetchone()[0])
        private = centre.read(lambda c: cases.get_case(c, case_id))["private"]

        def forget(connection):
            connection.execute("delete from sms_in")
            connection.execute("delete from meta where key = 'folded'")

        centre.write(forget)
        fold(centre)
        kiosk.sync(sender(centre))
        assert len(out(kiosk)) == 2
        assert centre.read(lambda c: c.execute("select count(*) from event").fetchone()[0]) == events
        assert centre.read(lambda c: cases.get_case(c, case_id))["private"] == private
        assert findings(centre) == []

    def test_cases_are_made_again_from_the_ledger_and_the_events_as_they_were(self, centre, kiosk, report, ask, clock):
        (first, number), (second, _), (held, _), (guessed, _) = (
            report(),
            report(phone=OTHER),
            report(),
            report(flags=["guessed-kelurahan"], kelurahan=""),
        )
        place = centre.read(lambda c: next(iter(centre.cities.get(c).kelurahan)))
        clock.pass_(60_000)
        verify_report(centre, STAFF, first, unit="DPUPR", note="Mohon dicek.")
        verify_report(centre, STAFF, guessed, unit="DLHK", category="AIR", kelurahan=place)
        answered(centre, first)
        ask(f"YA {number}")
        ask(f"BELUM {number} masih mati")
        happen(centre, held, Step.HELD)
        ask(f"PIN {number_of(second)}", OTHER)
        ask(f"PIN {number_of(second)}", OTHER)
        kiosk.append(Kind.NOTE, Note(number=number, pin=PIN, type="amended", text="Di RT 5."))
        kiosk.append(Kind.SMS_RESULT, SmsResult(key="ab" * 32, state="sent", at=clock.now))
        hostile = kiosk.write(Kind.COMPLAINT, b'{"category":"AIR"}', seq=99, prev=bytes(32))
        kiosk.sync(sender(centre))
        sender(centre)(write_bundle([kiosk.session().head(clock.now), hostile.raw]))
        before, sent = folded(centre), len(out(kiosk))
        assert all(before.values())

        def forget(connection):
            for table in before:
                connection.execute(f"delete from {table}")
            connection.execute("update meta set value = '0' where key = 'folded'")

        centre.write(forget)
        clock.pass_(DAY_MS)
        fold(centre)
        kiosk.sync(sender(centre))
        assert folded(centre) == before
        assert len(out(kiosk)) == sent
        assert findings(centre) == []

    def test_a_device_that_is_let_in_later_is_answered_then(self, centre, kiosk, report):
        _, number = report()
        revoke_device(centre, kiosk.log, actor="test")
        kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"CEK {number}", flags=["cek"]))
        kiosk.sync(sender(centre))
        assert out(kiosk) == []
        confirm_device(centre, kiosk.log, actor="test")
        kiosk.sync(sender(centre))
        kiosk.sync(sender(centre))
        assert len(out(kiosk)) == 1


class TestSetBack:
    """A centre that was set back to a backup texts nobody again, whatever it has forgotten."""

    @pytest.fixture
    def set_back(self, data, tmp_path, clock):
        """Keeps a backup of the centre as it is now; gives what opens it."""
        opened = []

        def keep():
            folder = tmp_path / "backup"
            shutil.copytree(data, folder)

            def open_it():
                opened.append(open_centre(folder, clock=clock, threads=False))
                return opened[0]

            return open_it

        yield keep
        for one in opened:
            one.close()

    @pytest.fixture
    def others(self, centre, enrol):
        """Eight more kiosks with modems."""
        peers = [enrol(f"KEL-53.71.01.10{index:02}") for index in range(2, 10)]
        for peer in peers:
            peer.health(modems=[ModemHealth(operator="XL")])
            peer.sync(sender(centre))
        return peers

    @pytest.fixture
    def touch(self, enrol):
        """A kiosk without a modem."""
        return enrol("DINKES")

    def test_news_whose_result_is_told_is_not_sent_by_another_kiosk(
        self, centre, enrol, kiosk, others, touch, clock, set_back
    ):
        entry = touch.complain(TEXT, phone=PHONE, sms_ok=True)
        touch.sync(sender(centre))
        restore = set_back()
        verify_report(centre, STAFF, entry.id, unit="DPUPR")
        for peer in (kiosk, *others):
            peer.sync(sender(centre))
        (first,) = [peer for peer in (kiosk, *others) if out(peer)]
        first.append(Kind.SMS_RESULT, SmsResult(key=out(first)[0].key, state="sent"))
        first.sync(sender(centre))
        restored = restore()
        first.sync(sender(restored))
        revoke_device(restored, first.log, actor="test")  # any other one would have to send it
        verify_report(restored, STAFF, entry.id, unit="DPUPR")
        for peer in (kiosk, *others):
            peer.sync(sender(restored))
            peer.sync(sender(restored))
        assert [out(peer) for peer in (kiosk, *others) if peer is not first] == [[]] * len(others)
        (sent,) = restored.read(lambda c: sms.sent_of_case(c, entry.id))
        assert (sent.template, sent.waits, sent.result.state) == ("S03", False, "sent")
        assert restored.read(lambda c: c.execute("select private, done from sms_out").fetchone()[:]) == (b"", 1)

    def test_the_same_kiosk_gets_it_whoever_was_heard_of_last(self, centre, kiosk, others, touch, clock, set_back):
        entries = [touch.complain(f"{TEXT} {index}", phone=PHONE, sms_ok=True) for index in range(5)]
        touch.sync(sender(centre))
        peers = [kiosk, *others]
        kiosk.sync(sender(centre))
        restore = set_back()
        for entry in entries:
            verify_report(centre, STAFF, entry.id, unit="DPUPR")
        for peer in peers:
            peer.sync(sender(centre))
        before = [{message.key for message in out(peer)} for peer in peers]
        restored = restore()
        for peer in sorted(peers, key=lambda peer: len(out(peer)), reverse=True):
            clock.pass_(1000)
            peer.sync(sender(restored))
        for entry in entries:
            verify_report(restored, STAFF, entry.id, unit="DPUPR")
        for peer in peers:
            peer.sync(sender(restored))
        assert [{message.key for message in out(peer)} for peer in peers] == before
        assert sum(map(len, before)) == len(entries)

    def test_an_answer_that_is_another_one_now_has_the_same_key(self, centre, kiosk, touch, set_back):
        restore = set_back()
        entry = touch.complain(TEXT, phone=PHONE, sms_ok=True)
        touch.sync(sender(centre))
        kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"CEK {number_of(entry.id)}", flags=["cek"]))
        kiosk.sync(sender(centre))
        kiosk.sync(sender(centre))
        restored = restore()
        kiosk.sync(sender(restored))
        kiosk.sync(sender(restored))  # and the report has not come again yet
        first, second = out(kiosk)
        assert "Antre periksa" in first.text
        assert "tidak kami temukan" in second.text
        assert first.key == second.key

    def test_an_answer_by_another_template_has_the_same_key(self, centre, kiosk, report, set_back):
        case_id, number = report()
        restore = set_back()
        answered(centre, case_id)
        kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"YA {number}", flags=["ya"]))
        kiosk.sync(sender(centre))
        kiosk.sync(sender(centre))
        restored = restore()
        kiosk.sync(sender(restored))
        kiosk.sync(sender(restored))
        assert {message.text.split(number)[1][:8] for message in out(kiosk)} == {" selesai", " sudah k"}
        assert len({message.key for message in out(kiosk)}) == 1


class TestResults:
    """What became of an SMS."""

    @pytest.mark.parametrize("states", [["sent", "delivered"], ["delivered", "sent"]])
    def test_the_most_telling_result_counts_and_the_words_are_erased(self, centre, kiosk, report, states):
        case_id, _ = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(centre))
        for state in states:
            kiosk.append(Kind.SMS_RESULT, SmsResult(key=out(kiosk)[0].key, state=state, at=centre.clock()))
        kiosk.sync(sender(centre))
        (sent,) = centre.read(lambda c: sms.sent_of_case(c, case_id))
        assert (sent.template, sent.result.state) == ("S03", "delivered")
        assert centre.read(lambda c: c.execute("select private, done from sms_out").fetchone()[:]) == (b"", 1)
        assert findings(centre) == []

    def test_failures_are_counted_for_their_device(self, centre, kiosk, report):
        case_id, _ = report()
        verify_report(centre, STAFF, case_id, unit="DPUPR")
        kiosk.sync(sender(centre))
        kiosk.append(Kind.SMS_RESULT, SmsResult(key=out(kiosk)[0].key, state="failed", report="38"))
        kiosk.append(Kind.SMS_RESULT, SmsResult(key="ab" * 32, state="failed"))
        kiosk.sync(sender(centre))
        assert centre.read(lambda c: sms.count_failed(c, 0)) == {kiosk.log: 1}


class TestGuesses:
    """What a machine guessed, a person sets right."""

    FLAGS = ("draft", "guessed-category", "guessed-kelurahan", "held", "emergency", "of-a-later-version")

    def test_flags_are_kept_and_settled_by_verifikasi(self, centre, kiosk, report):
        case_id, _ = report(flags=list(self.FLAGS), kelurahan="")
        case = centre.read(lambda c: cases.get_case(c, case_id))
        assert case["flags"].split() == ["draft", "emergency", "guessed-category", "guessed-kelurahan", "held"]
        verify_report(centre, STAFF, case_id, unit="DPUPR", category="PJU", kelurahan="53.71.01.1002")
        case = centre.read(lambda c: cases.get_case(c, case_id))
        assert (case["category"], case["kelurahan"], case["flags"]) == ("PJU", "53.71.01.1002", " emergency ")
        assert findings(centre) == []

    def test_what_the_resident_chose_stays(self, centre, report):
        case_id, _ = report(channel="kios")
        verify_report(centre, STAFF, case_id, unit="DPUPR", category="PJU", kelurahan="53.71.01.1002")
        case = centre.read(lambda c: cases.get_case(c, case_id))
        assert (case["category"], case["kelurahan"]) == ("AIR", "53.71.01.1001")

    def test_what_no_word_of_an_sms_fitted_can_be_set_too(self, centre, report):
        case_id, _ = report(category="LAIN", flags=["emergency"])
        verify_report(centre, STAFF, case_id, unit="DAMKAR", category="BCN")
        assert centre.read(lambda c: cases.get_case(c, case_id))["category"] == "BCN"
        assert findings(centre) == []

    @pytest.mark.parametrize("wrong", [{"category": "XXX"}, {"kelurahan": "Oesapa"}])
    def test_only_what_the_lists_have(self, centre, report, wrong):
        case_id, _ = report(flags=["guessed-category", "guessed-kelurahan"])
        with pytest.raises(UnknownPlaceError):
            verify_report(centre, STAFF, case_id, unit="DPUPR", **wrong)
        assert status(centre, case_id) == "BELUM_VERIFIKASI"

    def test_a_changed_guess_is_found_by_the_audit(self, centre, report):
        case_id, _ = report(flags=["held"])
        centre.write(lambda c: c.execute("update cases set flags = '' where id = ?", (case_id,)))
        assert any("tanda" in line for line in findings(centre))


def test_a_template_that_cannot_be_filled_gives_way_to_ours(centre, kiosk, report, ask):
    from server.store import master

    _, number = report()
    rows = [
        {"id": "S09", "peristiwa": "status", "templat": "KASIH: {nama} {no}"},
        {"id": "S10", "peristiwa": "tidak", "templat": "KASIH: {"},
        {"id": "S22", "peristiwa": "berhenti", "templat": "KASIH: Baik."},
    ]
    centre.write(lambda c: master.put_table(c, "sms", rows, centre.clock(), actor="test"))
    assert "Antre periksa" in ask(f"CEK {number}")[0][1]
    assert "tidak kami temukan" in ask("CEK 000G4-0R40Y")[0][1]
    assert ask("BERHENTI")[0][1] == "KASIH: Baik."


def test_one_command_that_cannot_be_answered_stops_no_other(centre, kiosk, report, ask):
    case_id, number = report()
    _, other = report()
    alter(centre, case_id)
    assert ask(f"CEK {number}") == []
    assert f"No {other}" in ask(f"CEK {other}")[0][1]
    outcomes = centre.read(lambda c: [row[0] for row in c.execute("select outcome from sms_in order by rowid")])
    assert outcomes == ["failed", "answered"]


def test_commands_that_an_earlier_version_passed_are_answered_after_the_migration(data, centre, kiosk, report, clock):
    _, number = report()
    kiosk.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"CEK {number}", flags=["cek"]))
    kiosk.sync(sender(centre))
    rows = centre.read(lambda c: c.execute("select count(*) from sms_in").fetchone()[0])
    assert rows == 1
    centre.close()
    from server.store.centre import open_database

    connection = open_database(data)
    for table in ("sms_in", "sms_out", "sms_result", "sms_stop"):
        connection.execute(f"drop table {table}")
    for index in ("cases_flagged", "cases_emergency", "trouble_log"):
        connection.execute(f"drop index {index}")
    connection.execute("alter table cases drop column flags")
    for column in ("sms_at", "stated_at"):
        connection.execute(f"alter table device drop column {column}")
    connection.execute("delete from _sqlite_migrations where name >= '0004_sms'")
    connection.close()
    later = open_centre(data, clock=clock, threads=False)
    fold(later)
    kiosk.sync(sender(later))
    assert len({message.key for message in out(kiosk)}) == 1
    later.close()
