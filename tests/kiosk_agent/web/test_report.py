"""A resident files a report: the questions, going back, what is wrong, KIRIM."""

import gc
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk_agent.control import Control
from kiosk_agent.web.drafts import Draft
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.receipt import read_receipt
from sync_protocol.vocabulary import Identity
from tests.kiosk_agent.conftest import Ticker
from tests.kiosk_agent.server_peer import Peer
from tests.kiosk_agent.web.browser import Browser, Page


def number_on(page: Page) -> str:
    return page.html.split('<p class="number">')[1].split("<")[0]


def test_a_report_filed_by_touch_arrives_as_it_was_written(browser: Browser, control: Control, peer: Peer) -> None:
    text = 'Air mati\nsejak Senin — "tolong" <b>&amp; 100%</b>'
    check = browser.answer_all(text=text, accused="KEL-53.71.01.1001")
    assert check.path == "/lapor/periksa"
    assert "Maria Bria" in check.text
    assert "0812 3456 7890" in check.text
    assert "Kelurahan Namosain" in check.text
    assert "<b>" not in check.html  # what a resident writes is text, whatever it looks like
    receipt = browser.send_report()
    control.sync()
    (complaint,) = peer.complaints()
    (entry,) = peer.of(Kind.COMPLAINT)
    assert (complaint.text, complaint.place, complaint.name) == (text, "RT 03, dekat pasar", "Maria Bria")
    assert (complaint.phone, complaint.sms_ok, complaint.accused) == ("+6281234567890", True, "KEL-53.71.01.1001")
    assert (complaint.identity, complaint.channel) == (Identity.OPEN, "kios")
    assert number_on(receipt) == number_of(entry.id)
    assert complaint.pin[:3] + " " + complaint.pin[3:] in receipt.text
    assert "Tulis atau foto nomor dan PIN ini sekarang." in receipt.text


def test_the_slip_says_kiosk_time_place_and_topic_and_holds_its_proof_as_text_but_nothing_that_was_written(
    browser: Browser, control: Control, peer: Peer
) -> None:
    browser.answer_all(text="Kanari", place="Kanari", name="Kanari")
    receipt = browser.send_report()
    control.sync()
    (entry,) = peer.of(Kind.COMPLAINT)
    assert "Kios Kelurahan Namosain, 18 November 2026 pukul 19.06 WITA. Air bersih, Namosain." in receipt.text
    assert read_receipt(receipt.text.split("Teks kode QR: ")[1].split()[0]).id == entry.id
    assert "Kanari" not in receipt.html


def test_each_page_says_which_step_it_is_and_how_many_there_are(browser: Browser) -> None:
    assert "Langkah 1 dari 7" in browser.start().text
    assert "Langkah 2 dari 7" in browser.post("/lapor/topik", category="AIR").text
    assert "Langkah 3 dari 7" in browser.post("/lapor/isi", text="Air mati").text
    assert "Langkah 4 dari 7" in browser.post("/lapor/tempat", kelurahan="53.71.01.1001", place="").text
    assert "Langkah 5 dari 7" in browser.post("/lapor/identitas", identity="anonymous").text
    assert "Langkah 6 dari 7" in browser.post("/lapor/nama", name="", phone="").text
    assert "Langkah 7 dari 7" in browser.post("/lapor/petugas", accused="").text


def test_after_kirim_the_session_holds_what_the_slip_shows_and_no_word_of_the_report(browser: Browser) -> None:
    browser.answer_all(accused="KEL-53.71.01.1001")
    number = number_on(browser.send_report())
    (draft,) = (one for one in gc.get_objects() if isinstance(one, Draft) and one.filed and one.filed.number == number)
    assert {draft.text, draft.place, draft.identity, draft.name, draft.phone, draft.accused} == {""}


def test_a_topic_that_is_changed_to_a_secret_one_takes_the_permission_for_sms_back(
    browser: Browser, control: Control, peer: Peer
) -> None:
    assert "SMS tidak diizinkan" not in browser.answer_all(sms_ok="1").text
    check = browser.post("/lapor/topik", category="PGL")
    assert "SMS tidak diizinkan" in check.text
    browser.send_report()
    control.sync()
    (complaint,) = peer.complaints()
    assert (complaint.identity, complaint.sms_ok, complaint.phone) == (Identity.SECRET, False, "")


def test_who_stays_unnamed_is_not_asked_for_a_name_and_leaves_none(
    browser: Browser, control: Control, peer: Peer
) -> None:
    browser.answer_all(identity="open")
    browser.post("/lapor/identitas", identity="unnamed")  # changed from the check page
    check = browser.get("/lapor/periksa")
    assert "Langkah 6 dari 6" in check.text
    assert "Maria" not in check.text
    browser.send_report()
    control.sync()
    (complaint,) = peer.complaints()
    assert (complaint.name, complaint.phone, complaint.identity) == ("", "", Identity.UNNAMED)


@pytest.mark.parametrize("category", ["PGL", "PPA"])
def test_reports_about_violence_and_bribes_start_at_rahasia(
    browser: Browser, control: Control, peer: Peer, category: str
) -> None:
    browser.start()
    browser.post("/lapor/topik", category=category)
    browser.post("/lapor/isi", text="Saya takut")
    page = browser.post("/lapor/tempat", kelurahan="53.71.01.1001", place="")
    assert page.checked("identity") == ["secret"]
    page = browser.post("/lapor/identitas", identity="secret")
    assert page.checked("sms_ok") == []  # a phone for SMS would leave the inner seal: not without being asked
    assert "nomor dan PIN (atau kode) yang Anda dapat nanti" in page.text
    browser.post("/lapor/nama", name="", phone="")
    browser.post("/lapor/petugas", accused="")
    receipt = browser.send_report()
    control.sync()
    (complaint,) = peer.complaints()
    assert complaint.secret is not None
    assert complaint.text == ""
    assert len(complaint.pin) == 16
    assert complaint.pin[:4] in receipt.text
    assert "Tulis atau foto nomor dan kode 16 angka ini sekarang." in receipt.text
    assert receipt.text.count("PIN") == 1  # "pengganti PIN": there is none to write down or to keep
    assert "WITA. Tempat: Namosain." in receipt.text  # and not what it is about: somebody may find the slip
    assert "Perempuan" not in receipt.text


def test_news_by_sms_is_a_permission_that_nobody_has_given_beforehand(
    browser: Browser, control: Control, peer: Peer
) -> None:
    browser.start()
    browser.post("/lapor/topik", category="AIR")
    browser.post("/lapor/isi", text="Air mati")
    browser.post("/lapor/tempat", kelurahan="53.71.01.1001", place="")
    page = browser.post("/lapor/identitas", identity="open")
    assert page.values("sms_ok") == ["1"]
    assert page.checked("sms_ok") == []
    assert "Kabar lewat SMS belum ada di semua kios." in page.text
    browser.post("/lapor/nama", name="", phone="081234567890")  # the box as it was
    check = browser.post("/lapor/petugas", accused="")
    assert "081234567890, SMS tidak diizinkan" in check.text
    browser.send_report()
    control.sync()
    (complaint,) = peer.complaints()
    assert (complaint.phone, complaint.sms_ok) == ("+6281234567890", False)


def test_other_topics_preselect_no_identity(browser: Browser) -> None:
    browser.start()
    browser.post("/lapor/topik", category="AIR")
    browser.post("/lapor/isi", text="Air mati")
    page = browser.post("/lapor/tempat", kelurahan="53.71.01.1001", place="")
    assert page.path == "/lapor/identitas"
    assert page.checked("identity") == []
    again = browser.post("/lapor/identitas")
    assert again.path == "/lapor/identitas"
    assert "Sentuh salah satu dari empat pilihan" in again.text


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("topik", {}, "Sentuh satu topik dulu"),
    ("topik", {"category": "TIDAK-ADA"}, "Sentuh satu topik dulu"),
    ("isi", {"text": " \n\t "}, "Tulis dulu apa yang terjadi"),
    ("isi", {"text": "a" * 4001}, "4001 huruf, paling banyak 4000"),
    ("isi", {"text": "setengah \x00 huruf \x1b" * 400}, "paling banyak 4000"),
    ("tempat", {"kelurahan": "", "place": "RT 5"}, "Pilih kelurahan tempat kejadian"),
    ("tempat", {"kelurahan": "99.99", "place": ""}, "Pilih kelurahan tempat kejadian"),
    ("tempat", {"kelurahan": "53.71.01.1001", "place": "x" * 201}, "paling banyak 200 huruf"),
    ("identitas", {"identity": "boss"}, "Sentuh salah satu dari empat pilihan"),
    ("nama", {"name": "", "phone": "12a"}, "hanya berisi angka"),
    ("nama", {"name": "n" * 201, "phone": ""}, "paling banyak 200 huruf"),
    ("petugas", {"accused": "X-TIDAK-ADA"}, "tidak ada di daftar"),
]


def test_what_is_wrong_is_said_on_the_page_where_it_is_wrong(browser: Browser) -> None:
    browser.start()
    for step, fields, says in WRONG:
        page = browser.post(f"/lapor/{step}", **fields)
        assert (page.path, page.status) == (f"/lapor/{step}", 200), says
        assert says in page.text
        assert 'role="alert"' in page.html


def test_control_characters_are_dropped_before_they_can_be_refused(
    browser: Browser, control: Control, peer: Peer
) -> None:
    browser.answer_all(text="Air\x00 mati\x1b[31m\r\nsejak Senin", place="RT\x07 3\n", name="Ma\x00ria")
    browser.send_report()
    control.sync()
    (complaint,) = peer.complaints()
    assert (complaint.text, complaint.place, complaint.name) == ("Air mati[31m\nsejak Senin", "RT 3", "Maria")


def test_what_was_typed_is_still_there_beside_the_error(browser: Browser) -> None:
    browser.start()
    page = browser.post("/lapor/nama", name="Maria Bria", phone="12a")
    assert 'value="Maria Bria"' in page.html
    assert 'value="12a"' in page.html
    assert 'aria-describedby="salah-phone"' in page.html


def test_the_check_page_leads_to_the_first_question_that_is_open(browser: Browser) -> None:
    browser.start()
    browser.post("/lapor/topik", category="AIR")
    page = browser.get("/lapor/periksa")
    assert page.path == "/lapor/isi"
    assert "Tulis dulu" in page.text


def test_each_answer_can_be_changed_from_the_check_page_and_leads_back_to_it(browser: Browser) -> None:
    check = browser.answer_all()
    for step in ("topik", "isi", "tempat", "identitas", "nama", "petugas"):
        assert f'href="/lapor/{step}"' in check.html
    assert "PERIKSA JAWABAN SAYA" in browser.get("/lapor/isi").text
    changed = browser.post("/lapor/isi", text="Air sudah sebulan mati")
    assert changed.path == "/lapor/periksa"
    assert "Air sudah sebulan mati" in changed.text


def test_kembali_keeps_what_was_typed_even_if_it_is_faulty(browser: Browser) -> None:
    browser.start()
    browser.post("/lapor/topik", category="AIR")
    browser.post("/lapor/isi", text="Air mati")
    back = browser.post("/lapor/tempat", kelurahan="", place="RT 9", arah="kembali")
    assert back.path == "/lapor/isi"
    assert "Air mati" in back.html
    assert 'value="RT 9"' in browser.post("/lapor/isi", text="Air mati").html


def test_kembali_on_the_first_page_ends_the_session(browser: Browser) -> None:
    browser.start()
    page = browser.post("/lapor/topik", arah="kembali")
    assert page.path.startswith("/?")
    assert "Tidak ada yang tersimpan" in page.text
    assert browser.jar == {}


def test_a_second_kirim_and_a_reload_show_the_same_receipt(browser: Browser, control: Control) -> None:
    browser.answer_all()
    with ThreadPoolExecutor(4) as pool:  # an impatient finger
        sent = list(pool.map(lambda _: browser.post_once("/lapor/periksa", arah="maju").headers["location"], range(4)))
    assert set(sent) == {"/lapor/bukti"}
    first, again = browser.get("/lapor/bukti"), browser.get("/lapor/bukti")
    assert number_on(first) == number_on(again)
    assert browser.get("/lapor/isi").path == "/lapor/bukti"
    assert control.status().filed == 1


def test_a_disk_that_cannot_be_written_is_said_and_the_next_kirim_files_once(
    browser: Browser, control: Control
) -> None:
    browser.answer_all()
    _write_protect(control, on=True)
    first = browser.send_report()
    assert first.path == "/lapor/periksa"
    assert "belum tersimpan" in first.text
    assert "1708" not in first.text
    second = browser.send_report()
    assert "KOTKUPANG (spasi) isi ke 1708" in second.text
    assert "Air mati sejak Senin" in second.text  # nothing has to be typed again
    _write_protect(control, on=False)
    assert browser.send_report().path == "/lapor/bukti"
    assert control.status().filed == 1


def test_what_was_changed_after_a_kirim_that_was_stored_unknown_to_anybody_is_stored_too(
    browser: Browser, control: Control, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = control.kiosk.store.disk
    browser.answer_all()

    def stored_in_silence(connection: sqlite3.Connection) -> None:
        connection.execute("commit")
        disk._drop()
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "_commit", stored_in_silence)
        patch.setattr(control.kiosk.store, "_stands_after_all", lambda _: False)
        assert "belum tersimpan" in browser.send_report().text
    browser.post("/lapor/isi", text="Petugas minta uang")
    browser.post("/lapor/identitas", identity="secret")
    receipt = browser.send_report()
    assert receipt.path == "/lapor/bukti"
    control.sync()
    first, second = peer.complaints()
    assert (first.identity, first.text, first.secret) == (Identity.OPEN, "Air mati sejak Senin", None)
    assert second.identity is Identity.SECRET
    assert number_on(receipt) == number_of(peer.of(Kind.COMPLAINT)[1].id)
    assert second.pin[:3] in receipt.text


def test_a_file_that_cannot_be_read_again_is_said_on_every_page(
    browser: Browser, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.answer_all()
    disk = control.kiosk.store.disk

    def gone() -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "_connect", gone)
        disk._drop()
        first, second = browser.send_report(), browser.send_report()
        assert (first.path, first.status) == ("/lapor/periksa", 200)
        assert "belum tersimpan" in first.text
        assert "KOTKUPANG (spasi) isi ke 1708" in second.text
        assert "Air mati sejak Senin" in second.text
        front, technician = browser.get("/"), browser.get("/teknisi")
        assert (front.status, "tidak bisa menyimpan" in front.text, "/mulai" in front.html) == (200, True, False)
        assert (technician.status, "Data kios tidak bisa dibuka" in technician.text) == (200, True)
    receipt = browser.send_report()
    assert receipt.path == "/lapor/bukti"
    with monkeypatch.context() as patch:
        patch.setattr(disk, "_connect", gone)
        disk._drop()
        assert number_on(browser.get("/lapor/bukti")) == number_on(receipt)
    assert control.status().filed == 1


def _write_protect(control: Control, *, on: bool) -> None:
    with control.kiosk.store.disk.reading() as connection:
        connection.execute(f"pragma query_only = {int(on)}")


def test_only_the_front_page_is_left_after_the_receipt(browser: Browser) -> None:
    browser.answer_all()
    browser.send_report()
    last = browser.post("/hapus", layar="selesai")
    assert last.path == "/?layar=selesai"
    assert "Layar sudah bersih" in last.text
    assert browser.jar == {}
    for path in ("/lapor/bukti", "/lapor/periksa", "/lapor/isi"):
        page = browser.get(path)
        assert page.path == "/"
        assert "Air mati" not in page.text
    assert browser.send("GET", "/lapor/bukti.svg").status == 404
    assert browser.send("GET", "/lapor/kabar").status == 404


def test_wiping_tells_the_browser_to_forget_the_pages(browser: Browser) -> None:
    browser.start()
    page = browser.post_once("/hapus")
    assert '"cache"' in page.headers["clear-site-data"]
    assert any("max-age=0" in cookie.lower() for cookie in page.cookies)


def test_a_new_report_does_not_show_the_one_before(browser: Browser) -> None:
    browser.answer_all(text="Rahasia tetangga")
    browser.start()
    assert "Rahasia tetangga" not in browser.get("/lapor/isi").html
    assert len(browser.jar) == 1


def test_a_session_that_nobody_opened_is_none(browser: Browser) -> None:
    browser.get("/")
    browser.jar["kasih_kios"] = "chosen-by-somebody"
    assert browser.get("/lapor/isi").path == "/"
    assert browser.post("/lapor/isi", text="x").path == "/?layar=habis"


def test_silence_ends_the_session(browser: Browser, clock: Ticker) -> None:
    browser.answer_all(text="Cerita yang ditinggal")
    browser.post_once("/masih")  # the page's script is there
    clock.pass_(104)
    assert "Cerita yang ditinggal" in browser.get("/lapor/periksa").text
    clock.pass_(106)
    page = browser.post("/lapor/periksa")
    assert page.path == "/?layar=habis"
    assert "Layar sudah dihapus" in page.text
    assert "Cerita" not in browser.get("/lapor/periksa").html


def test_the_receipt_follows_the_report_on_its_way(browser: Browser, control: Control, clock: Ticker) -> None:
    clock.pass_(7200)  # nothing from the centre for two hours
    browser.answer_all()
    assert "Belum terkirim: tidak ada jaringan" in browser.send_report().text
    control.sync()
    assert browser.send("GET", "/lapor/kabar").html == "Sudah sampai di pusat."
    assert "Sudah sampai di pusat" in browser.get("/lapor/bukti").text


def test_nothing_that_a_resident_writes_is_readable_on_the_disk(
    browser: Browser, control: Control, tmp_path: Path
) -> None:
    canary = "Kanari-Mawar-Ungu"
    browser.answer_all(text=f"{canary} isi", name=f"{canary} nama", place=f"{canary} tempat", phone="081277788899")
    browser.post("/lapor/isi", text=f"{canary} isi")
    for _ in range(2):  # as a draft, and filed
        for file in tmp_path.rglob("*"):
            held = file.read_bytes() if file.is_file() else b""
            assert canary.encode() not in held, file
            assert b"81277788899" not in held, file
        browser.send_report()
    assert control.status().filed == 1


def test_no_address_and_no_cookie_holds_an_answer(browser: Browser) -> None:
    browser.answer_all(text="Kanari", name="Kanari", place="Kanari")
    browser.send_report()
    assert "Kanari" not in "".join(browser.visited) + "".join(browser.jar.values())
