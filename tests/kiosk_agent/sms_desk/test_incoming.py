"""What becomes of an SMS: a report, a command, a reply, or something put aside; and of its parts."""

from datetime import timedelta
from itertools import permutations

import pytest
from msgspec.structs import replace

from firmware_bridge.desk import DeskRefusedError, Found
from firmware_bridge.pdu import Address, Alphabet, Deliver, Element, Ports, dcs_for, encode_pdu
from kiosk_agent.sms_desk.desk import SmsDesk
from kiosk_agent.sms_desk.incoming import AT_ONCE
from kiosk_agent.store import sms
from sync_protocol.bodies import Config, SecretText, decode_secret
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import duty_info, hpke_open
from sync_protocol.vocabulary import Identity
from tests.firmware_bridge.malformed import MALFORMED
from tests.kiosk_agent.sms_desk.conftest import Desk, table
from tests.kiosk_agent.sms_desk.letters import NOON, PHONE, SIM, deliver, found

LONG = "KOTKUPANG " + " ".join(f"Kalimat nomor {number} tentang air di Oepura." for number in range(12))
PARTS = deliver(LONG)
assert len(PARTS) == 4


def test_a_text_with_the_keyword_becomes_a_report_with_guesses_and_a_reply(desk: Desk) -> None:
    desk.hear("KOTKUPANG lampu jalan mati RT 3 Oepura")
    (complaint,) = desk.complaints()
    assert (complaint.text, complaint.channel, complaint.category) == ("lampu jalan mati RT 3 Oepura", "sms", "PJU")
    assert (complaint.kelurahan, complaint.identity) == ("53.71.02.1001", Identity.OPEN)
    assert (complaint.phone, complaint.sms_ok, complaint.flags) == (
        PHONE,
        True,
        ["guessed-category", "guessed-kelurahan"],
    )
    assert len(complaint.sms) == 1
    (reply,) = desk.replies()
    assert reply.startswith("KASIH: Laporan Anda diterima. No ")
    assert f"PIN {complaint.pin}." in reply


def test_anything_from_an_ordinary_number_is_a_draft_and_never_refused(desk: Desk) -> None:
    desk.hear("Selamat pagi pak, di sini bau sekali")
    (complaint,) = desk.complaints()
    assert (complaint.text, complaint.kelurahan) == ("Selamat pagi pak, di sini bau sekali", "")
    assert complaint.flags == ["draft", "guessed-category"]


def test_the_same_part_again_is_no_error_and_no_second_report(desk: Desk) -> None:
    for _ in range(3):
        desk.hear("KOTKUPANG lampu mati")
    desk.clock.pass_(10 * 365 * 86_400)
    desk.take(*deliver("KOTKUPANG lampu mati"), *deliver("KOTKUPANG lampu mati"))
    assert len(desk.complaints()) == 1
    assert len(desk.replies()) == 0, "the reply of ten years ago helps nobody"


@pytest.mark.parametrize("order", [*permutations(range(4))][::5])
def test_parts_come_in_any_order(desk: Desk, order: tuple[int, ...]) -> None:
    for number in order:
        desk.take(PARTS[number])
        desk.clock.pass_(420)
    (complaint,) = desk.complaints()
    assert complaint.text == LONG.removeprefix("KOTKUPANG ")
    assert len(complaint.sms) == 4
    assert "incomplete" not in complaint.flags


def test_a_reference_that_is_used_again_begins_a_new_message(desk: Desk) -> None:
    first, second = "KOTKUPANG pertama " + "a" * 200, "KOTKUPANG kedua " + "b" * 200
    desk.hear(first)
    desk.hear(second, at=NOON + timedelta(minutes=1))
    assert [one.text[:7] for one in desk.complaints()] == ["pertama", "kedua b"]


@pytest.mark.parametrize("minutes", [11, 40, 120])
def test_a_part_that_never_came_is_not_made_up_from_a_later_message(desk: Desk, minutes: int) -> None:
    old = deliver("KOTKUPANG lama " + "a" * 200)
    new = deliver("KOTKUPANG baru " + "b" * 200, at=NOON + timedelta(minutes=minutes))
    desk.take(old[0])
    desk.clock.pass_(minutes * 60)
    desk.desk.look()
    desk.take(new[1])
    desk.take(new[0])
    desk.clock.pass_(2_000)
    desk.desk.look()
    said = {one.text[:4]: "incomplete" in one.flags for one in desk.complaints()}
    assert said == {"baru": False, "lama": True}
    assert desk.notes() == []


def test_parts_that_were_sent_in_minutes_and_delivered_in_days_are_one_message(desk: Desk) -> None:
    pdus = [deliver(LONG, at=NOON + timedelta(minutes=3 * number))[number] for number in range(4)]
    desk.take(pdus[0])
    desk.clock.pass_(2 * 86_400)
    desk.desk.look()
    desk.take(*pdus[1:])
    assert [note.text for note in desk.notes()] == [LONG.removeprefix("KOTKUPANG ")]
    assert len(desk.complaints()) == 1


def test_what_falls_due_at_once_is_filed_a_number_at_a_time(desk: Desk) -> None:
    halves = [deliver(f"KOTKUPANG {number} " + "a" * 200, f"+62812000{number:04}")[0] for number in range(AT_ONCE + 10)]
    desk.take(*halves)
    assert desk.complaints() == []
    desk.clock.pass_(2_000)
    desk.desk.look()
    assert len(desk.complaints()) == AT_ONCE
    desk.desk.look()
    assert len(desk.complaints()) == len(halves)


def test_parts_of_different_days_do_not_mix(desk: Desk) -> None:
    old, new = (
        deliver("KOTKUPANG lama " + "a" * 200),
        deliver("KOTKUPANG baru " + "b" * 200, at=NOON + timedelta(days=1)),
    )
    desk.take(old[0], new[1])
    assert desk.complaints() == []
    desk.take(new[0], old[1])
    assert sorted(one.text[:4] for one in desk.complaints()) == ["baru", "lama"]
    assert not any("a" in one.text and "b" * 10 in one.text and "lama" in one.text for one in desk.complaints())


def test_parts_of_two_people_do_not_mix(desk: Desk) -> None:
    mine, yours = deliver("KOTKUPANG saya " + "a" * 200), deliver("KOTKUPANG kamu " + "b" * 200, "+6285200000001")
    desk.take(mine[0], yours[1], yours[0], mine[1])
    assert {one.phone: one.text[:4] for one in desk.complaints()} == {PHONE: "saya", "+6285200000001": "kamu"}


def test_what_stays_incomplete_is_filed_so_and_the_rest_is_an_amendment(desk: Desk) -> None:
    desk.take(PARTS[0], PARTS[2])
    desk.clock.pass_(1_799)
    desk.desk.look()
    assert desk.complaints() == []
    desk.clock.pass_(2)
    desk.desk.look()
    (complaint,) = desk.complaints()
    assert "incomplete" in complaint.flags
    assert complaint.text.count("[...]") == 2
    (reply,) = desk.replies()
    assert "baru sampai sebagian (2 dari 4)" in reply
    desk.clock.pass_(3_600)
    desk.take(PARTS[3])
    assert desk.notes() == []
    desk.take(PARTS[1])
    (note,) = desk.notes()
    assert (note.type, note.text, note.pin) == ("amended", LONG.removeprefix("KOTKUPANG "), complaint.pin)
    (reply,) = desk.replies()
    assert note.number in reply
    assert len(desk.complaints()) == 1


def test_an_incomplete_message_keeps_its_deadline_through_a_restart_and_a_wrong_clock(desk: Desk) -> None:
    desk.take(PARTS[0])
    desk.clock.pass_(1_000)
    desk.clock.wall_ms -= 50 * 365 * 86_400_000
    again = SmsDesk(desk.kiosk)
    again.look()
    desk.clock.pass_(1_801)
    again.look()
    assert len(desk.complaints()) == 1


@pytest.mark.parametrize("is_started_anew", [False, True])
def test_a_clock_that_is_set_right_gives_up_no_message_that_lacks_a_part(desk: Desk, *, is_started_anew: bool) -> None:
    right = desk.clock.wall_ms
    desk.clock.wall_ms = 3 * 86_400_000
    desk.take(PARTS[0])
    desk.clock.pass_(1_801)
    desk.desk.look()
    desk.clock.wall_ms = right
    if is_started_anew:
        desk.desk = SmsDesk(desk.kiosk)
    desk.desk.look()
    desk.take(*PARTS[1:])
    assert (len(desk.complaints()), len(desk.notes())) == (1, 1)


def test_parts_are_erased_once_they_are_filed(desk: Desk) -> None:
    desk.take(*PARTS)
    with desk.kiosk.store.disk.reading() as connection:
        rows = connection.execute("select box from sms_part").fetchall()
    assert len(rows) == 4
    assert all(box is None for (box,) in rows)


@pytest.mark.parametrize(
    ("text", "form", "flags"),
    [
        ("cek 7kqm9xd4tf", "CEK 7KQM9-XD4TF", ["cek"]),
        ("CHEK 7KQM9-XD4TF", "CEK 7KQM9-XD4TF", ["cek", "typo"]),
        ("Tambah 7KQM9-XD4TF: dekat GOR", "TAMBAH 7KQM9-XD4TF dekat GOR", ["tambah"]),
        ("ya", "YA", ["ya"]),
        ("BERHENTI", "BERHENTI", ["berhenti"]),
    ],
)
def test_a_command_goes_up_in_one_form_and_is_answered_by_the_centre(
    desk: Desk, text: str, form: str, flags: list[str]
) -> None:
    desk.hear(text)
    (command,) = desk.sms_in()
    assert (command.sender, command.text, command.flags) == (PHONE, form, flags)
    assert command.sent_at == "2026-11-22T04:00:00+00:00"
    assert desk.replies() == []
    assert desk.complaints() == []


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("KOTKUPANG", "KASIH: Belum ada isi laporan."),
        ("  ", "KASIH: Belum ada isi laporan."),
        ("bantuan", "KASIH: LAPOR ketik"),
        ("CEK 7KQM9-XD4TX", "KASIH: No itu tidak kami temukan"),
    ],
)
def test_what_needs_nobody_is_answered_here(desk: Desk, text: str, reply: str) -> None:
    desk.hear(text)
    (said,) = desk.replies()
    assert said.startswith(reply)
    assert desk.complaints() == []
    assert desk.sms_in() == []


def test_what_is_said_behind_cek_goes_up_with_it(desk: Desk) -> None:
    desk.hear("CEK 7KQM9-XD4TF kenapa lama sekali, air masih mati")
    (command,) = desk.sms_in()
    assert (command.flags, command.text) == (["cek"], "CEK 7KQM9-XD4TF kenapa lama sekali, air masih mati")


def test_each_malformed_pdu_is_put_aside_once_with_its_reason(desk: Desk) -> None:
    bad = [bytes.fromhex(one.pdu) for one in MALFORMED]
    good = [deliver(f"KOTKUPANG lampu {number} mati", f"+62812000{number:04}")[0] for number in range(len(bad))]
    for _ in range(2):
        desk.take(*(pdu for pair in zip(bad, good, strict=True) for pdu in pair))
    aside = desk.desk.quarantine(with_content=True)
    assert [one.pdu for one in aside] == [pdu.hex().upper() for pdu in bad]
    reasons = [one.reason.removeprefix("PDU rusak: ") for one in aside]
    assert all(said.startswith(one.field) for said, one in zip(reasons, MALFORMED, strict=True))
    while len(desk.complaints()) < len(good):
        desk.desk.look()


def test_the_citys_keyword_comes_with_its_settings(desk: Desk) -> None:
    config = Config(unit="KEL-53.71.01.1001", settings={"sms_prefix": "ATAMBUA"})
    desk.peer.say(Kind.CONFIG, config)
    desk.sync()
    desk.hear("Atambua: lampu mati")
    assert [(one.text, "draft" in one.flags) for one in desk.complaints()] == [("lampu mati", False)]
    desk.replies()
    desk.hear("Bantuan")
    desk.hear("atambua")
    texts = desk.replies()
    assert len(texts) == 2
    assert all("ketik" in text.lower() and "ATAMBUA (spasi) isi" in text for text in texts)


def test_a_report_about_officers_or_one_that_asks_for_it_is_secret(desk: Desk) -> None:
    desk.hear("KOTKUPANG pegawai kelurahan mnta uang rokok 20rb")
    desk.hear("KOTKUPANG air mati. jgn sebut nama sy")
    first, second = desk.complaints()
    assert first.identity == second.identity == Identity.SECRET
    assert (first.text, second.text, first.phone, first.sms_ok) == ("", "", PHONE, True)
    assert (len(first.pin), len(second.pin)) == (6, 6)
    replies = desk.replies()
    assert all("dicatat RAHASIA" in reply for reply in replies)
    assert len(replies) == 2


def test_the_rest_of_a_secret_message_stays_as_secret_as_it_was(desk: Desk) -> None:
    parts = deliver("KOTKUPANG uang rokok. " + "a" * 200)
    desk.take(parts[0])
    desk.clock.pass_(1_801)
    desk.desk.look()
    desk.take(parts[1])
    (note,) = desk.notes()
    assert note.text == ""
    info = duty_info(desk.kiosk.store.device.log, "text")
    text = decode_secret(unpack(hpke_open(desk.peer.duty, info, note.secret)), SecretText).text
    assert text == "uang rokok. " + "a" * 200


def test_an_emergency_is_told_whom_to_call_and_filed_yet(desk: Desk) -> None:
    desk.hear("KOTKUPANG ada kebakaran di Oesapa")
    (complaint,) = desk.complaints()
    assert "emergency" in complaint.flags
    (reply,) = desk.replies()
    assert reply.startswith("KASIH bukan layanan darurat.")
    assert complaint.pin in reply


def test_the_sixth_report_of_an_hour_is_filed_and_held(desk: Desk) -> None:
    for number in range(7):
        desk.hear(f"KOTKUPANG lampu {number} mati")
    assert [("held" in one.flags) for one in desk.complaints()] == [False] * 5 + [True] * 2
    assert "Hari ini sudah 7 laporan dari nomor ini" in desk.replies()[-1]


def test_limits_are_settings(desk: Desk) -> None:
    desk.kiosk.settings = replace(desk.kiosk.settings, sms_reports_per_hour=1, sms_replies_per_day=2)
    for number in range(3):
        desk.hear(f"KOTKUPANG lampu {number} mati")
    assert [("held" in one.flags) for one in desk.complaints()] == [False, True, True]
    assert len(desk.replies()) == 2


def test_the_twenty_first_report_of_a_day_is_held(desk: Desk) -> None:
    for number in range(21):
        desk.clock.pass_(1_000)
        desk.hear(f"KOTKUPANG lampu {number} mati")
    assert [("held" in one.flags) for one in desk.complaints()] == [False] * 20 + [True]


def test_identical_replies_end_after_five_a_day(desk: Desk) -> None:
    for number in range(9):
        desk.hear("KOTKUPANG", at=NOON + timedelta(seconds=number))
    assert len(desk.replies()) == 5
    desk.clock.pass_(86_400)
    desk.hear("KOTKUPANG", at=NOON + timedelta(days=1))
    assert len(desk.replies()) == 1


def test_two_answering_machines_end_soon(desk: Desk) -> None:
    """Each of our replies brings one more message, at one number a minute."""
    sent = 0
    for number in range(200):
        desk.hear(f"Saya sedang menyetir ({number})", at=NOON + timedelta(minutes=number))
        sent += len(desk.replies())
        desk.clock.pass_(60)
    assert sent <= 40
    assert len(desk.complaints()) == 200


def test_our_own_text_that_comes_back_is_filed_and_not_answered(desk: Desk) -> None:
    desk.hear("KASIH: Laporan Anda diterima. No 7KQM9-XD4TF PIN 123456.")
    assert len(desk.complaints()) == 1
    assert desk.replies() == []


@pytest.mark.parametrize(
    "text",
    [
        "KASIH bukan layanan darurat. Medis hubungi 119, polisi 110, kebakaran 113.",
        "  kasih  BUKAN layanan\ndarurat. Medis hubungi 119",
        "KASIH utk pejabat penghubung DPUPR: 3 laporan",
    ],
)
def test_every_text_of_ours_is_known_by_its_beginning(desk: Desk, text: str) -> None:
    desk.hear(text)
    assert len(desk.complaints()) == 1
    assert desk.replies() == []


def test_a_report_that_only_begins_like_our_name_is_answered(desk: Desk) -> None:
    desk.hear("KASIH lampu di jalan kami, sudah lama gelap")
    assert len(desk.replies()) == 1


def test_what_follows_later_counts_as_an_answer_too(desk: Desk) -> None:
    desk.clock.pass_(2 * 600 + 60)
    for number in range(5):
        desk.hear(f"KOTKUPANG lampu {number} mati", at=NOON + timedelta(minutes=number))
    assert len(desk.replies()) == 5
    desk.hear("BANTUAN", at=NOON + timedelta(minutes=9))
    assert desk.replies() == [], "five waits and five that follow are ten of this hour"
    desk.sync()
    assert len(desk.replies()) == 5


def test_a_text_longer_than_a_report_may_be_loses_nothing(desk: Desk) -> None:
    text = " ".join(f"kata{number}" for number in range(1_000))
    desk.hear(text)
    (complaint,), notes = desk.complaints(), desk.notes()
    assert len(complaint.text) == 4_000
    assert complaint.text + "".join(note.text for note in notes) == text


ODD = {
    "no PDU": b"\x00\x04\x01",
    "empty": b"",
    "a name": deliver("promo", "TELKOMSEL")[0],
    "a short sender": deliver("promo", "123456")[0],
    "8 bits": encode_pdu(
        Deliver(sender=Address.parse(PHONE), timestamp=NOON, data=b"\x01\x02", dcs=dcs_for(Alphabet.EIGHT_BIT))
    ),
    "for an application": encode_pdu(
        Deliver(sender=Address.parse(PHONE), timestamp=NOON, text="x", udh=(Ports(2948, 9200).element(),))
    ),
    "silent": encode_pdu(Deliver(sender=Address.parse(PHONE), timestamp=NOON, text="x", pid=0x40)),
    "for the card": encode_pdu(Deliver(sender=Address.parse(PHONE), timestamp=NOON, text="x", pid=0x7F)),
    "of a voice mailbox": encode_pdu(
        Deliver(sender=Address.parse(PHONE), timestamp=NOON, text=" ", udh=(Element(0x01, b"\x80\x03"),))
    ),
    "cut": deliver("KOTKUPANG lampu mati di sini")[0][:-4],
}


@pytest.mark.parametrize("name", ODD)
def test_what_cannot_be_read_or_answered_is_put_aside_with_the_reason(desk: Desk, name: str) -> None:
    good = deliver("KOTKUPANG lampu mati")
    desk.take(ODD[name], *good)
    desk.take(ODD[name])
    (aside,) = desk.desk.quarantine(with_content=True)
    assert bytes.fromhex(aside.pdu) == ODD[name]
    assert aside.reason
    assert "galat program" not in aside.reason
    assert desk.desk.quarantine()[0].pdu == ""
    assert len(desk.complaints()) == 1
    assert len(desk.replies()) == 1
    assert desk.kiosk.status().quarantine == 1


@pytest.mark.parametrize("pid", [0x3F, 0x41, 0x47, 0x5F], ids=hex)
def test_a_text_of_an_unusual_kind_is_a_report(desk: Desk, pid: int) -> None:
    desk.take(encode_pdu(Deliver(sender=Address.parse(PHONE), timestamp=NOON, text="lampu mati", pid=pid)))
    assert [one.text for one in desk.complaints()] == ["lampu mati"]


def test_words_that_come_with_a_sign_of_voice_mail_are_a_report(desk: Desk) -> None:
    waiting = (Element(0x01, b"\x80\x03"),)
    desk.take(encode_pdu(Deliver(sender=Address.parse(PHONE), timestamp=NOON, text="lampu mati", udh=waiting)))
    assert [one.text for one in desk.complaints()] == ["lampu mati"]


def test_a_kiosk_without_tables_keeps_what_comes_until_it_can_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(desk.kiosk.centre), "keys", None)
    desk.hear("KOTKUPANG lampu mati")
    monkeypatch.undo()
    assert desk.complaints() == []
    desk.desk.look()
    assert len(desk.complaints()) == 1


def test_a_disk_that_fails_refuses_and_nothing_is_half_filed(desk: Desk) -> None:
    store = desk.kiosk.store
    with store.disk.writing() as connection:
        connection.execute("create trigger full before insert on sms_out begin select raise(fail, 'disk'); end")
    with pytest.raises(Exception, match="disk"):
        desk.hear("KOTKUPANG lampu mati")
    with store.disk.writing() as connection:
        connection.execute("drop trigger full")
    assert desk.complaints() == []
    desk.hear("KOTKUPANG lampu mati")
    assert len(desk.complaints()) == 1


def test_a_fault_of_our_own_puts_one_message_aside_and_lets_the_others_through(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def guess(text: str, rows: object) -> str:
        return str(1 / 0) if "jahat" in text else "AIR"

    monkeypatch.setattr("kiosk_agent.sms_desk.filer.guess_category", guess)
    desk.take(*deliver("KOTKUPANG jahat"), *deliver("KOTKUPANG baik"))
    assert [one.text for one in desk.complaints()] == ["baik"]
    assert [one.reason for one in desk.desk.quarantine()] == ["galat program: ZeroDivisionError"]


def test_a_sender_without_country_code_is_the_same_person(desk: Desk) -> None:
    desk.hear("KOTKUPANG lampu mati", "081234567890")
    assert desk.complaints()[0].phone == PHONE


def test_a_closed_disk_refuses(desk: Desk) -> None:
    desk.kiosk.store.disk.close()
    with pytest.raises(DeskRefusedError):
        desk.desk.take(SIM, [Found("SM", 1, deliver("x")[0], 0)])


def test_the_keys_of_parts_are_known_for_good(desk: Desk) -> None:
    pdus = deliver("KOTKUPANG lampu mati")
    desk.take(*pdus)
    with desk.kiosk.store.disk.reading() as connection:
        assert sms.count_quarantined(connection) == 0
    desk.desk.take(SIM, found(*pdus))
    assert len(desk.complaints()) == 1


@pytest.mark.parametrize(("command", "more"), [("TAMBAH", "TAMBAH"), ("BELUM", "TAMBAH"), ("CEK", "CEK")])
def test_words_too_many_for_one_entry_go_up_in_several(desk: Desk, command: str, more: str) -> None:
    words = " ".join(f"kata{number}" for number in range(1_100))
    desk.hear(f"{command} 7KQM9-XD4TF {words}")
    first, *rest = desk.sms_in()
    assert len(rest) == 2
    assert first.flags == [command.lower()]
    head = f"{more} 7KQM9-XD4TF "
    assert {(one.text[: len(head)], *one.flags, one.sender) for one in rest} == {(head, more.lower(), PHONE)}
    assert first.text + "".join(one.text[len(head) :] for one in rest) == f"{command} 7KQM9-XD4TF {words}"


def test_a_command_without_its_end_goes_up_and_again_when_it_is_whole(desk: Desk) -> None:
    parts = deliver("TAMBAH 7KQM9-XD4TF " + "dekat GOR " * 20)
    desk.take(parts[0])
    desk.clock.pass_(1_801)
    desk.desk.look()
    desk.take(parts[1])
    first, second = desk.sms_in()
    assert (first.flags, second.flags) == (["tambah", "incomplete"], ["tambah"])
    assert second.text == ("TAMBAH 7KQM9-XD4TF " + "dekat GOR " * 20).strip()
    assert desk.complaints() == []


def test_what_never_becomes_whole_is_given_up_after_a_week_and_erased(desk: Desk) -> None:
    desk.take(PARTS[0])
    desk.clock.pass_(1_801)
    desk.desk.look()
    desk.take(PARTS[1])
    desk.clock.pass_(8 * 86_400)
    desk.desk.look()
    (note,) = desk.notes()
    assert note.text.count("[...]") == 1
    with desk.kiosk.store.disk.reading() as connection:
        assert connection.execute("select count(*) from sms_part where box is not null").fetchone() == (0,)


def test_five_half_multiparts_are_stored_and_leave_the_card_at_once(desk: Desk) -> None:
    halves = [deliver("KOTKUPANG " + "a" * 200, f"+6281234567{number:03}")[0] for number in range(5)]
    desk.take(*halves)
    with desk.kiosk.store.disk.reading() as connection:
        assert connection.execute("select count(*) from sms_part where box is not null").fetchone() == (5,)


def test_a_sixteen_bit_reference_is_another_than_one_of_eight(desk: Desk) -> None:
    eight, sixteen = deliver("KOTKUPANG " + "a" * 200, reference=7), deliver("KOTKUPANG " + "b" * 200, reference=263)
    desk.take(eight[0], sixteen[1], sixteen[0], eight[1])
    assert sorted(one.text[0] for one in desk.complaints()) == ["a", "b"]


def test_an_emoji_that_is_cut_between_two_parts_is_whole_again(desk: Desk) -> None:
    story = "KOTKUPANG " + "😡" * 70
    desk.take(*reversed(deliver(story)))
    assert desk.complaints()[0].text == story


def test_all_samples_that_come_by_sms_are_filed_or_understood(desk: Desk) -> None:
    rows = [row for row in table("contoh_pengaduan.csv") if row["kanal"] == "sms"]
    for number, row in enumerate(rows):
        desk.hear(row["teks"], f"+6281200000{number:03}")
    filed = len(desk.complaints())
    assert (filed, len(desk.sms_in())) == (len(rows) - 4, 3), "all but S08 and CEK, BELUM, YA"


def test_a_part_that_has_rotted_is_put_aside_and_keeps_nothing_else_back(desk: Desk) -> None:
    desk.take(PARTS[0], PARTS[1])
    with desk.kiosk.store.disk.writing() as connection:
        connection.execute("update sms_part set box = zeroblob(60) where part = 2")
    desk.take(PARTS[2], PARTS[3])
    desk.hear("KOTKUPANG lampu mati")
    assert [one.text for one in desk.complaints()] == ["lampu mati"]
    assert len(desk.desk.quarantine()) == 4
    assert [bool(one.pdu) for one in desk.desk.quarantine(with_content=True)].count(True) == 3


def test_of_a_report_nothing_is_kept_from_which_its_pin_follows(desk: Desk) -> None:
    desk.take(PARTS[0])
    desk.clock.pass_(1_801)
    desk.desk.look()
    desk.take(*PARTS[1:])
    with desk.kiosk.store.disk.reading() as connection:
        assert connection.execute("select state, ref from sms_message").fetchall() == [("filed", None)]
