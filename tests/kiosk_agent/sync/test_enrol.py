"""Becoming a kiosk: over the network, by stick, once more, and with every kind of wrong code."""

from pathlib import Path

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import (
    AlreadyEnrolledError,
    CodeMistypedError,
    CodeSpentError,
    CodeUnknownError,
    EnrolError,
    KioskError,
    NotReachedError,
    NotSavedError,
    OtherCentreError,
    SettingsError,
)
from kiosk_agent.kiosk import Kiosk, open_kiosk
from kiosk_agent.status_text import in_words
from kiosk_agent.store import facts
from kiosk_agent.sync.transport import NoLinkError
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState
from tests.kiosk_agent.conftest import NOWHERE, START_MS, Ticker
from tests.kiosk_agent.server_peer import Direct, Peer

ELSEWHERE = "http://127.0.0.1:10"


@pytest.fixture
def newcomer(fresh: Kiosk, direct: Direct) -> Control:
    return Control(fresh, connect=lambda url: direct)


def no_link(_: bytes) -> bytes:
    raise NoLinkError("Pusat tidak terjangkau.")


def test_enrolling_stores_all_that_a_kiosk_needs(newcomer: Control, peer: Peer) -> None:
    answer = newcomer.enrol(NOWHERE, peer.new_code())
    assert (answer.state, answer.unit, answer.unit_name) == ("active", "KEL-53.71.01.1001", "Kelurahan Namosain")
    assert newcomer.status().ready
    assert newcomer.kiosk.server == NOWHERE
    assert len(peer.requests) == 1


def test_keys_are_committed_before_anything_is_sent(newcomer: Control, peer: Peer, direct: Direct) -> None:
    seen = []

    def look(bundle: bytes) -> bytes:
        seen.append(newcomer.kiosk.store.fact(facts.DEVICE_KEYS))
        raise NoLinkError("x")

    direct.faults = [look]
    with pytest.raises(NotReachedError):
        newcomer.enrol(NOWHERE, peer.new_code())
    assert seen[0] is not None


def test_an_enrolment_that_found_no_network_goes_on_where_it_stood(
    newcomer: Control, peer: Peer, direct: Direct, data: Path
) -> None:
    direct.faults = [no_link]
    code = peer.new_code()
    with pytest.raises(NotReachedError, match="bundle export"):
        newcomer.enrol(NOWHERE, code)
    log = newcomer.kiosk.store.device.log
    newcomer.close()
    again = Control(open_kiosk(data, wait_s=0), connect=lambda url: direct)
    again.enrol(NOWHERE, code)
    assert again.kiosk.store.device.log == log
    assert len(peer.of(Kind.KEY)) == 1
    again.close()


def test_an_enrolment_by_stick_needs_no_network_at_all(newcomer: Control, peer: Peer, direct: Direct) -> None:
    direct.faults = [no_link]
    with pytest.raises(NotReachedError):
        newcomer.enrol(NOWHERE, peer.new_code())
    reply = peer.receive(newcomer.export().bundle, unlimited=True)
    assert reply is not None
    imported = newcomer.import_(reply)
    assert (imported.accepted, imported.pending, imported.rest) == (1, 0, 0)
    assert newcomer.status().ready
    assert newcomer.status().state == "active"


def test_enrolling_again_with_the_same_code_is_harmless(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    first = newcomer.enrol(NOWHERE, code)
    assert newcomer.enrol(NOWHERE, code) == first
    assert len(peer.requests) == 1
    newcomer.sync()
    assert len(peer.of(Kind.KEY)) == 1


def test_an_enrolled_kiosk_does_not_take_a_new_code(newcomer: Control, peer: Peer) -> None:
    newcomer.enrol(NOWHERE, peer.new_code())
    with pytest.raises(AlreadyEnrolledError, match="sudah terdaftar") as caught:
        newcomer.enrol(ELSEWHERE, peer.new_code())
    for said in ("Kelurahan Namosain (KEL-53.71.01.1001)", NOWHERE, "pindah ke unit lain", "folder data baru"):
        assert said in str(caught.value)
    newcomer.sync()
    assert newcomer.kiosk.server == NOWHERE
    assert len(peer.of(Kind.KEY)) == 1


def test_an_enrolled_kiosk_takes_a_new_address_where_its_centre_answers(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    first = newcomer.enrol(NOWHERE, code)
    assert newcomer.enrol(ELSEWHERE, code) == first
    assert newcomer.kiosk.server == ELSEWHERE


@pytest.mark.parametrize("answers", ["nobody", "a stranger"])
def test_an_enrolled_kiosk_keeps_its_address_where_its_centre_does_not_answer(
    newcomer: Control, peer: Peer, direct: Direct, answers: str
) -> None:
    code = peer.new_code()
    newcomer.enrol(NOWHERE, code)
    stranger = Peer(lambda: START_MS)
    stranger.codes = peer.codes
    direct.faults = [no_link if answers == "nobody" else lambda bundle: stranger.receive(bundle) or b""]
    with pytest.raises(AlreadyEnrolledError, match="alamatnya tidak diganti"):
        newcomer.enrol(ELSEWHERE, code)
    assert newcomer.kiosk.server == NOWHERE


def test_a_kiosk_that_waits_says_so_and_takes_a_new_code(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    peer.spend_codes()
    with pytest.raises(CodeSpentError):
        newcomer.enrol(NOWHERE, code)
    status = newcomer.status()
    assert (status.state, status.applied) == ("new", True)
    assert "Pendaftaran:           sudah mengirim pendaftaran, menunggu konfirmasi pusat;" in in_words(status)
    assert newcomer.sync().error != ""
    assert newcomer.status().applied
    newcomer.enrol(NOWHERE, peer.new_code())
    assert not newcomer.status().applied


def test_a_kiosk_that_reached_nobody_or_whom_nobody_knows_does_not_say_that_it_waits(
    newcomer: Control, peer: Peer, direct: Direct
) -> None:
    code = peer.new_code()
    direct.faults = [no_link]
    with pytest.raises(NotReachedError):
        newcomer.enrol(NOWHERE, code)
    assert not newcomer.status().applied
    peer.spend_codes()
    newcomer.sync()
    assert newcomer.status().applied
    peer.forget_device()
    newcomer.sync()
    assert not newcomer.status().applied


@pytest.mark.parametrize("code", ["", "salah", "0000-0000", "7R200-JVEJT-SNH0N-X78MW-082X9"])
def test_a_mistyped_code_leaves_no_trace(newcomer: Control, code: str) -> None:
    with pytest.raises(CodeMistypedError, match="salah ketik"):
        newcomer.enrol(NOWHERE, code)
    assert newcomer.kiosk.store.keys is None
    assert newcomer.kiosk.store.own_head() is None


@pytest.mark.parametrize("server", ["", "pusat", "ftp://pusat", "http://", "http://[::1", "http://pusat:99999"])
def test_an_address_that_is_none_leaves_no_trace(newcomer: Control, peer: Peer, server: str) -> None:
    with pytest.raises(SettingsError, match="Alamat pusat"):
        newcomer.enrol(server, peer.new_code())
    assert newcomer.kiosk.store.keys is None


def test_a_code_that_the_centre_does_not_know_is_told(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    peer.codes.clear()
    with pytest.raises(CodeUnknownError, match="tidak mengenal"):
        newcomer.enrol(NOWHERE, code)
    newcomer.enrol(NOWHERE, peer.new_code())
    assert newcomer.status().ready, "a new code shows the same keys once more"
    assert len(peer.of(Kind.KEY)) == 2


def test_a_spent_code_waits_for_an_admin_or_for_a_new_code(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    peer.spend_codes()
    with pytest.raises(CodeSpentError, match="kedaluwarsa"):
        newcomer.enrol(NOWHERE, code)
    assert "kedaluwarsa" in newcomer.status().last_error
    newcomer.enrol(NOWHERE, peer.new_code())
    assert newcomer.status().state == "active"


def test_an_admin_s_word_is_enough_after_a_spent_code(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    peer.spend_codes()
    with pytest.raises(CodeSpentError):
        newcomer.enrol(NOWHERE, code)
    peer.state = DeviceState.ACTIVE
    peer.welcome()
    assert newcomer.sync().error == ""
    assert (newcomer.status().state, newcomer.status().ready) == ("active", True)


def test_a_kiosk_that_is_pending_and_has_everything_says_what_it_waits_for(newcomer: Control, peer: Peer) -> None:
    code = peer.new_code()
    peer.spend_codes()
    with pytest.raises(CodeSpentError):
        newcomer.enrol(NOWHERE, code)
    peer.welcome()
    with pytest.raises(CodeSpentError):
        newcomer.enrol(NOWHERE, code)
    assert newcomer.status().state == "pending"


def test_another_centre_than_the_code_s_is_not_believed(newcomer: Control, peer: Peer) -> None:
    stranger = Peer(lambda: START_MS)
    stranger.codes = peer.codes
    code = peer.new_code()
    thief = Direct(stranger)
    newcomer._connect = lambda url: thief
    with pytest.raises(OtherCentreError, match="bukan pusat"):
        newcomer.enrol(NOWHERE, code)
    assert newcomer.kiosk.store.pinned is None
    assert newcomer.kiosk.master().categories == []


def test_a_kiosk_does_not_change_to_another_centre(control: Control) -> None:
    with pytest.raises(OtherCentreError, match="dari pusat lain"):
        control.enrol(ELSEWHERE, Peer(lambda: START_MS).new_code())
    assert control.kiosk.server == NOWHERE
    assert control.sync().error == ""


def test_a_revoked_kiosk_is_told_so(newcomer: Control, peer: Peer, direct: Direct) -> None:
    code = peer.new_code()
    direct.faults = [no_link]
    with pytest.raises(NotReachedError):
        newcomer.enrol(NOWHERE, code)
    newcomer.sync()
    peer.state = DeviceState.REVOKED
    newcomer.sync()
    with pytest.raises(EnrolError, match="dicabut"):
        newcomer.enrol(NOWHERE, code)


def test_a_folder_whose_first_commit_failed_can_be_enrolled_after_all(
    newcomer: Control, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise NotSavedError("Belum tersimpan: disk penuh")

    with monkeypatch.context() as patch:
        patch.setattr(newcomer.kiosk.store, "_write", full)
        with pytest.raises(KioskError, match="disk penuh"):
            newcomer.enrol(NOWHERE, peer.new_code())
    assert newcomer.kiosk.store.keys is None
    newcomer.enrol(NOWHERE, peer.new_code())
    assert newcomer.status().ready


def test_a_wrong_clock_does_not_keep_a_kiosk_out(newcomer: Control, peer: Peer, clock: Ticker) -> None:
    clock.wall_ms = 0
    newcomer.enrol(NOWHERE, peer.new_code())
    assert newcomer.status().clock_offset_ms == START_MS
