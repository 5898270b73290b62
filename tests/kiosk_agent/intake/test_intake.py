"""Filing: what is promised, to whom what is sealed, and what happens twice."""

from collections.abc import Callable

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import IntakeError, NotReadyError
from kiosk_agent.intake import Form
from kiosk_agent.kiosk import Kiosk
from sync_protocol.bodies import SecretPerson, SecretText, decode_secret
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of, pin_of
from sync_protocol.packing import unpack
from sync_protocol.receipt import read_receipt
from sync_protocol.seal import duty_info, hpke_open
from sync_protocol.vocabulary import DeviceState, Identity
from tests.kiosk_agent.conftest import NOWHERE, Ticker
from tests.kiosk_agent.server_peer import Direct, Peer


def test_a_filed_report_arrives_letter_for_letter(control: Control, peer: Peer, form: Callable[..., Form]) -> None:
    text = " Air mati\r\nsejak Senin — 😀 “tolong” \t"
    filed = control.kiosk.intake.file(
        form(text=text, name=" Maria  Bria ", place="RT 03, dekat pasar", phone="0812-3456-7890", sms_ok=True)
    )
    control.sync()
    (entry,) = peer.of(Kind.COMPLAINT)
    (complaint,) = peer.complaints()
    assert entry.id == filed.entry_id
    assert complaint.text == text
    assert (complaint.name, complaint.place) == ("Maria Bria", "RT 03, dekat pasar")
    assert (complaint.phone, complaint.sms_ok) == ("+6281234567890", True)
    assert (complaint.identity, complaint.channel) == (Identity.OPEN, "kios")
    assert complaint.pin == filed.pin


def test_number_pin_and_receipt_follow_from_the_entry_and_the_reference(
    kiosk: Kiosk, form: Callable[..., Form], clock: Ticker
) -> None:
    given = form()
    filed = kiosk.intake.file(given)
    assert filed.number == number_of(filed.entry_id)
    assert filed.pin == pin_of(given.ref, 6)
    assert read_receipt(filed.receipt).id == filed.entry_id
    assert filed.filed_at_ms == clock.now_ms()
    assert not filed.repeated


def test_the_same_form_twice_is_one_report_with_one_number(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    given = form(category="PGL")
    first, second = kiosk.intake.file(given), kiosk.intake.file(given)
    assert second.repeated
    assert (first.number, first.pin, first.receipt) == (second.number, second.pin, second.receipt)
    assert len(first.pin) == 16
    assert kiosk.store.complaints() == 1


def test_the_reference_itself_is_nowhere_on_the_disk(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    given = form(ref=bytes(range(100, 116)))
    kiosk.intake.file(given)
    kiosk.close()
    for file in kiosk.data.rglob("*"):
        assert not file.is_file() or given.ref not in file.read_bytes()


def test_an_officer_s_misdeed_is_secret_unless_the_resident_says_otherwise(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    intake = control.kiosk.intake
    intake.file(form(category="PGL"))
    intake.file(form(category="PPA", name="Ina"))
    intake.file(form(category="PGL", identity=Identity.OPEN, name="Ina"))
    intake.file(form())
    intake.file(form(phone="0812345678"))
    intake.file(form(identity=Identity.ANONYMOUS, name="Ina"))
    control.sync()
    assert [complaint.identity for complaint in peer.complaints()] == [
        Identity.SECRET,
        Identity.SECRET,
        Identity.OPEN,
        Identity.UNNAMED,
        Identity.OPEN,
        Identity.ANONYMOUS,
    ]


def test_a_secret_report_shows_its_words_and_its_person_to_the_duty_key_alone(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    filed = control.kiosk.intake.file(
        form(category="PGL", name="Ina", phone="0812 3456 7890", place="kantor", accused="KEL-53.71.01.1001")
    )
    control.sync()
    (complaint,) = peer.complaints()
    log = control.kiosk.store.device.log
    assert (complaint.text, complaint.place, complaint.accused, complaint.name, complaint.phone) == ("",) * 5
    assert len(filed.pin) == 6, "there is a phone, so the long code is not needed"
    assert complaint.secret is not None
    text = unpack(hpke_open(peer.duty, duty_info(log, "text"), complaint.secret.text))
    person = unpack(hpke_open(peer.duty, duty_info(log, "person"), complaint.secret.person))
    assert decode_secret(text, SecretText) == SecretText(text="Air mati 1", place="kantor", accused="KEL-53.71.01.1001")
    assert decode_secret(person, SecretPerson) == SecretPerson(name="Ina", phone="+6281234567890")


@pytest.mark.parametrize(("sms_ok", "outside"), [(True, "+62812345678"), (False, "")])
def test_the_phone_of_a_secret_report_stands_outside_only_for_news_by_sms(
    control: Control, peer: Peer, form: Callable[..., Form], sms_ok: bool, outside: str
) -> None:
    control.kiosk.intake.file(form(category="PPA", phone="0812345678", sms_ok=sms_ok))
    control.sync()
    assert peer.complaints()[0].phone == outside


def test_tanpa_nama_means_that_nobody_is_told(control: Control, peer: Peer, form: Callable[..., Form]) -> None:
    control.kiosk.intake.file(form(identity=Identity.UNNAMED, name="Ina", phone="0812345678"))
    control.kiosk.intake.file(form(identity=Identity.UNNAMED, name="Ina", phone="0812345678", sms_ok=True))
    control.sync()
    silent, reachable = peer.complaints()
    assert (silent.name, silent.phone) == ("", "")
    assert (reachable.name, reachable.phone, reachable.sms_ok) == ("", "+62812345678", True)


def test_nothing_can_be_filed_before_the_centre_s_keys_and_tables_are_here(
    fresh: Kiosk, peer: Peer, direct: Direct, form: Callable[..., Form]
) -> None:
    control = Control(fresh, connect=lambda url: direct)
    with pytest.raises(NotReadyError):
        fresh.intake.file(form())
    peer.greets_in_full = False
    with pytest.raises(Exception, match="belum mengirim semua data"):
        control.enrol(NOWHERE, peer.new_code())
    with pytest.raises(NotReadyError):
        fresh.intake.file(form())
    peer.greets_in_full = True
    peer.welcome()
    control.sync()
    assert fresh.intake.file(form()).number


def test_a_revoked_kiosk_still_collects(control: Control, peer: Peer, form: Callable[..., Form]) -> None:
    peer.state = DeviceState.REVOKED
    control.sync()
    assert control.status().state == "revoked"
    control.kiosk.intake.file(form())
    control.sync()
    assert len(peer.complaints()) == 1


def test_a_form_that_is_refused_leaves_nothing_behind(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    before = kiosk.store.own_head()
    given = form(text="")
    with pytest.raises(IntakeError):
        kiosk.intake.file(given)
    assert kiosk.store.own_head() == before
    given.text = "Air mati"
    assert not kiosk.intake.file(given).repeated


def test_forms_and_receipts_print_none_of_what_they_hold(kiosk: Kiosk, form: Callable[..., Form]) -> None:
    given = form(text="rahasia sekali")
    filed = kiosk.intake.file(given)
    assert "rahasia" not in repr(given)
    assert filed.pin not in repr(filed)


def test_nothing_that_residents_said_can_be_read_in_the_data_folder(
    control: Control, form: Callable[..., Form], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    canaries = ("Kanarivitri", "Jl. Kanaria", "Beta lapor kanari", "81277788899")
    pins = set()
    for number in range(100):
        identity = list(Identity)[number % 4]
        given = form(
            text=f"{canaries[2]} {number}",
            name=canaries[0],
            place=canaries[1],
            phone="0" + canaries[3],
            identity=identity,
        )
        pins.add(control.kiosk.intake.file(given).pin)
        if number == 50:
            control.sync()
    control.sync()
    control.close()
    held = b"".join(file.read_bytes() for file in control.kiosk.data.rglob("*") if file.is_file())
    for canary in canaries:
        assert canary.encode() not in held
        assert canary not in caplog.text
    assert not [pin for pin in pins if pin in caplog.text]
