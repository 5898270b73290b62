"""CEK LAPORAN: a resident asks how a report stands, at a real centre over real HTTP, and at one that is not there."""

import logging
import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk_agent.control import Control
from kiosk_agent.errors import NoLinkError
from kiosk_agent.intake import Filed, Form
from kiosk_agent.web import inquiry
from kiosk_agent.web.asked import LONGEST_S, begin
from server.actions.fold_entries import fold
from sync_protocol.bodies import Answer
from sync_protocol.number import number_of
from sync_protocol.vocabulary import DeviceState
from tests.faults.town import Town, found, town_at
from tests.kiosk_agent.conftest import NOWHERE, Ticker
from tests.kiosk_agent.server_peer import HttpPeer, Peer, respond
from tests.kiosk_agent.web.browser import Browser, Page

AT_MS = 1_795_000_000_000  # 18 November 2026, 19.06 in Kupang
DUE_MS = AT_MS + 5 * 86_400_000
NO_MATCH = "Nomor atau PIN tidak cocok."
NO_LINK = "Pusat tidak bisa dihubungi sekarang."


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre and a kiosk that it knows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KASIH_KEY_DIR", "")
        return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def town(founded: Path, tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "town"
    with town_at(founded, folder) as town:
        town.kiosk.settings = replace(town.kiosk.settings, server=town.relay.url)
        yield town
    shutil.rmtree(folder)


@pytest.fixture
def resident(town: Town, serve: Callable[[Control], int]) -> Browser:
    town.sync()  # The front page offers what the kiosk can do.
    return Browser(serve(Control(town.kiosk)))


def file_one(town: Town) -> Filed:
    form = Form(ref=os.urandom(16), category="AIR", kelurahan="53.71.01.1001", text="Air mati")
    return town.kiosk.intake.file(form)


def arrived(town: Town) -> Filed:
    """A report that stands at the centre."""
    filed = file_one(town)
    town.sync()
    fold(town.centre)
    return filed


def ask(browser: Browser, number: str, pin: str) -> Page:
    """From the front page to the answer."""
    browser.get("/")
    browser.post("/cek/mulai")
    return browser.post("/cek", number=number, pin=pin)


def other_number() -> str:
    """A sound number that nobody has."""
    return number_of(bytes(range(32)))


def test_the_centre_says_how_a_report_stands_since_when_where_and_until_when(town: Town, resident: Browser) -> None:
    filed = arrived(town)
    page = ask(resident, filed.number, filed.pin)
    assert page.path == "/cek/jawaban"
    assert filed.number in page.text
    assert "Menunggu diperiksa petugas" in page.text

    def move(connection: sqlite3.Connection) -> None:
        connection.execute(
            "update cases set status = 'PROSES', handler = 'DINKES', changed_at = ?, due_at = ? where id = ?",
            (AT_MS, DUE_MS, filed.entry_id),
        )

    town.centre.write(move)
    page = ask(resident, filed.number, filed.pin)
    assert "Sedang ditindaklanjuti" in page.text
    assert "Sejak 18 November 2026 pukul 19.06 WITA" in page.text
    assert "Sekarang ada di Dinas Kesehatan" in page.text
    assert "Batas waktu langkah berikutnya 23 November 2026 pukul 19.06 WITA" in page.text


def test_a_number_is_taken_in_whatever_notation(town: Town, resident: Browser) -> None:
    filed = arrived(town)
    plain = filed.number.replace("-", "").lower()
    for number in (plain, plain.replace("0", "o").replace("1", "l"), f" {plain[:3]} {plain[3:]} ", filed.number):
        page = ask(resident, number, f"{filed.pin[:3]} {filed.pin[3:]}")
        assert "Menunggu diperiksa petugas" in page.text, number
        assert filed.number in page.text


def test_a_wrong_number_a_wrong_pin_and_a_locked_number_get_one_same_answer(town: Town, resident: Browser) -> None:
    filed = arrived(town)
    wrong = f"{(int(filed.pin) + 1) % 1_000_000:06}"
    unknown = ask(resident, other_number(), filed.pin).html.replace(other_number(), "")
    assert NO_MATCH in unknown
    guesses = [ask(resident, filed.number, wrong) for _ in range(5)]
    locked = ask(resident, filed.number, filed.pin)
    for answer in (*guesses, locked):
        assert answer.html.replace(filed.number, "") == unknown
    assert "nomor ini tidak bisa dicek selama satu jam, juga dengan PIN yang benar" in locked.text


def ways_on(page: Page) -> list[str]:
    """What stands on the buttons: bottom right first, then bottom left."""
    return re.findall(r'class="button (?:next|back)"[^>]*>([^<]+)<', page.html)


def test_the_next_step_is_to_try_again_where_there_was_no_answer_and_to_leave_where_there_was(
    town: Town, resident: Browser
) -> None:
    filed = arrived(town)
    assert ways_on(ask(resident, filed.number, filed.pin))[:2] == ["SAYA SUDAH MEMBACA", "CEK LAGI"]
    assert ways_on(ask(resident, other_number(), filed.pin))[:2] == ["COBA LAGI", "SELESAI"]
    town.kiosk.settings = replace(town.kiosk.settings, server=NOWHERE)
    unreachable = ask(resident, filed.number, filed.pin)
    assert ways_on(unreachable)[:2] == ["COBA LAGI", "SELESAI"]
    assert 'class="button next" href="/cek"' in unreachable.html
    assert f'value="{filed.number}"' in resident.get("/cek").html  # to be put right, not to be typed again


@pytest.mark.parametrize(
    ("number", "pin", "says"),
    [
        ("", "123456", "Tulis dulu nomor laporannya"),
        ("000G4-0R40Z", "123456", "Ada yang salah ketik di nomor ini"),
        ("00G04-0R40Y", "123456", "Ada yang salah ketik di nomor ini"),
        ("000G4-0R40", "123456", "Ada yang salah ketik di nomor ini"),
        ("000G4-0R40Y", "", "Tulis dulu PIN atau kodenya"),
        ("000G4-0R40Y", "12345", "PIN terdiri dari 6 angka"),
        ("000G4-0R40Y", "12345x", "PIN terdiri dari 6 angka"),
        ("000G4-0R40Y", "١٢٣٤٥٦", "PIN terdiri dari 6 angka"),
    ],
)
def test_what_is_mistyped_is_said_before_anything_is_sent(
    browser: Browser, control: Control, http: HttpPeer, number: str, pin: str, says: str
) -> None:
    control.kiosk.settings = replace(control.kiosk.settings, server=http.url)
    page = ask(browser, number, pin)
    assert page.path == "/cek"
    assert says in page.text
    assert f'value="{number}"' in page.html
    assert not pin or f'value="{pin}"' not in page.html
    assert http.connections == 0


def test_a_report_that_has_not_left_the_kiosk_is_said_to_be_here_and_nobody_is_asked(
    browser: Browser, control: Control, http: HttpPeer, form: Callable[..., Form]
) -> None:
    control.kiosk.settings = replace(control.kiosk.settings, server=http.url)
    filed = control.kiosk.intake.file(form())
    page = ask(browser, filed.number, "000000")
    assert "Tersimpan di kios ini, belum terkirim." in page.text
    assert http.connections == 0


def test_without_a_network_that_is_said_and_a_report_of_this_kiosk_has_arrived_all_the_same(
    town: Town, resident: Browser
) -> None:
    filed = arrived(town)
    town.kiosk.settings = replace(town.kiosk.settings, server=NOWHERE)
    here = ask(resident, filed.number, filed.pin)
    assert NO_LINK in here.text
    assert "Laporan ini sudah sampai di pusat." in here.text
    elsewhere = ask(resident, other_number(), filed.pin)
    assert NO_LINK in elsewhere.text
    assert "sudah sampai" not in elsewhere.text


def test_a_captive_portal_is_not_the_centre(browser: Browser, control: Control, http: HttpPeer) -> None:
    http.handle = lambda request, _: respond(request, 200, b"<html>Selamat datang di Wi-Fi</html>")
    control.kiosk.settings = replace(control.kiosk.settings, server=http.url)
    assert NO_LINK in ask(browser, other_number(), "123456").text
    assert http.connections == 1


def test_a_silent_centre_keeps_nobody_waiting_for_long_and_hinders_no_kirim(
    browser: Browser, control: Control, clock: Ticker, serve: Callable[[Control], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiry, "LOOK_S", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"http://127.0.0.1:{silent.getsockname()[1]}"
        control.kiosk.settings = replace(control.kiosk.settings, server=server, stall_timeout_s=5)
        page = ask(browser, other_number(), "123456")
        assert "Sedang bertanya ke pusat" in page.text
        assert 'http-equiv="refresh" content="1;url=/cek/jawaban"' in page.html
        assert browser.post("/cek", number=other_number(), pin="654321").path == "/cek/jawaban"
        other = Browser(browser.port)
        other.answer_all()
        assert other.send_report().path == "/lapor/bukti"
        assert control.sync().counts["accepted"] == 1
        clock.pass_(LONGEST_S - 1)
        assert "Sedang bertanya" in browser.get("/cek/jawaban").text
        clock.pass_(1)
        assert NO_LINK in browser.get("/cek/jawaban").text
        silent.settimeout(5)
        silent.accept()[0].close()  # one question, and the thread that asked it ends
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_the_pin_stands_in_no_address_no_log_no_page_and_no_file(
    town: Town, resident: Browser, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    filed = arrived(town)
    pin = "739150" if filed.pin != "739150" else "739151"
    page = ask(resident, filed.number, pin)
    assert NO_MATCH in page.text
    assert pin not in "".join(resident.visited) + "".join(resident.jar.values()) + caplog.text + page.html
    assert filed.number not in "".join(resident.visited) + caplog.text
    kept = [file for file in (tmp_path / "town" / "kiosk").rglob("*") if file.is_file()]
    assert kept
    assert [file for file in kept if pin.encode() in file.read_bytes()] == []


def test_the_failure_that_is_kept_with_a_session_leads_back_to_no_pin() -> None:
    def fails(_: str, pin: str) -> Answer:
        raise NoLinkError("Pusat tidak terjangkau.") from OSError(pin)

    error = begin(fails, "000G4-0R40Y", "123456").exception(5)
    assert isinstance(error, NoLinkError)
    assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)


def test_an_answer_goes_with_its_session(town: Town, resident: Browser) -> None:
    filed = arrived(town)
    assert filed.number in ask(resident, filed.number, filed.pin).text
    gone = resident.post("/hapus", layar="selesai")
    assert gone.path == "/?layar=selesai"
    for path in ("/cek", "/cek/jawaban"):
        page = resident.get(path)
        assert page.path == "/"
        assert filed.number not in page.html
    assert resident.post("/cek", number=filed.number, pin=filed.pin).path == "/?layar=habis"


def test_a_session_of_a_report_asks_nothing(browser: Browser) -> None:
    browser.start()
    assert browser.get("/cek").path == "/"
    assert browser.get("/cek/jawaban").path == "/"
    assert browser.post("/cek", number="000G4-0R40Y", pin="123456").path == "/?layar=habis"


def test_the_form_comes_before_the_answer(browser: Browser) -> None:
    browser.get("/")
    assert browser.post("/cek/mulai").path == "/cek"
    assert browser.get("/cek/jawaban").path == "/cek"


def test_a_kiosk_that_the_centre_does_not_answer_offers_no_question(
    browser: Browser, control: Control, peer: Peer
) -> None:
    assert "CEK LAPORAN SAYA" in browser.get("/").text
    peer.state = DeviceState.REVOKED
    control.sync()
    assert "CEK LAPORAN SAYA" not in browser.get("/").text
    assert browser.post("/cek/mulai").path == "/"
