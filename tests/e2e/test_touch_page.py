"""A resident at the touch screen, in a real browser, with a real kiosk behind it."""

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from kiosk_agent import web
from kiosk_agent.clock import SystemClock
from kiosk_agent.control import Control
from kiosk_agent.kiosk import make_kiosk
from kiosk_agent.store import facts
from tests.kiosk_agent.conftest import NOWHERE
from tests.kiosk_agent.server_peer import Direct, Peer
from tests.kiosk_agent.web.conftest import serve

__all__ = ["serve"]


SCREENS = [(1024, 768), (1366, 768), (390, 844)]
A4, A6 = (718, 1046), (320, 480)
"""What a printer's margins of a centimetre leave of the paper, in CSS pixels."""
TEXT = "Got ungu"


@pytest.fixture
def peer() -> Peer:
    return Peer(SystemClock().now_ms)


@pytest.fixture
def control(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    monkeypatch.setenv("KASIH_KEY_DIR", str(tmp_path / "keys"))
    commands = Control(make_kiosk(tmp_path / "kiosk", wait_s=0), connect=lambda _: Direct(peer))
    commands.enrol(NOWHERE, peer.new_code())
    yield commands
    commands.close()


@pytest.fixture
def origin(control: Control, serve: Callable[[Control], int]) -> str:
    return f"http://127.0.0.1:{serve(control)}"


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Page]:
    """A touch screen of 1024x768; anything that a page's script does wrong fails the test."""
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    context.set_default_timeout(8_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda request: wrong.append(request.url) if "127.0.0.1" not in request.url else None)
    yield page
    context.close()
    assert wrong == []


def type_on_screen(page: Page, field: str, text: str) -> None:
    """Touch a field and then the keys of the page's own keyboard."""
    page.tap(field)
    for letter in text:
        sign = "{spasi}" if letter == " " else letter
        page.tap(f".keyboard button[data-sign='{sign}']")
    assert_field_is_seen(page, field)
    page.tap(".keyboard button[data-sign='{selesai}']")


def assert_field_is_seen(page: Page, field: str) -> None:
    """The keyboard takes the lower 45 % and leaves the field free."""
    height = page.viewport_size["height"]  # type: ignore[index]
    box, keyboard = page.locator(field).bounding_box(), page.locator(".keyboard").bounding_box()
    assert box is not None
    assert keyboard is not None
    assert keyboard["y"] == pytest.approx(0.55 * height, abs=2)
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= keyboard["y"] + 1


def touch_keys(page: Page, field: str, signs: str) -> None:
    """Touch a field and then these keys, as they stand on it."""
    page.tap(field)
    for sign in signs:
        page.tap(f'.keyboard button[data-sign="{sign}"]')
    assert_field_is_seen(page, field)
    page.tap(".keyboard button[data-sign='{selesai}']")


def choose(page: Page, value: str) -> None:
    page.locator(f"input[value='{value}']").tap(force=True)


def go_on(page: Page, to: str) -> None:
    page.tap(".moves .next")
    page.wait_for_url(f"**/lapor/{to}")


def fill_in(page: Page, field: str, text: str) -> None:
    """What the keyboard would leave in a field, without its keys: for tests of what comes after."""
    set_value = "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})); }"
    page.locator(field).evaluate(set_value, text.capitalize())


def file_report(page: Page, origin: str, enter: Callable[[Page, str, str], None] = fill_in) -> str:
    """From the front page to the receipt; gives the number."""
    page.goto(origin)
    page.tap("text=MULAI LAPOR")
    page.wait_for_url("**/lapor/topik")
    page.tap("button.tile[value=AIR]")
    page.wait_for_url("**/lapor/isi")
    enter(page, "textarea", TEXT.lower())
    assert page.input_value("textarea") == TEXT  # a sentence starts with a capital by itself
    go_on(page, "tempat")
    enter(page, "#cari", "nbs")
    choose(page, "53.71.01.1002")
    enter(page, "#place", "rt")
    go_on(page, "identitas")
    choose(page, "anonymous")
    go_on(page, "nama")
    enter(page, "#phone", "08123456")
    go_on(page, "petugas")
    go_on(page, "periksa")
    go_on(page, "bukti")
    number = page.inner_text(".number")
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", number)
    assert page.locator("figure img").evaluate("image => image.naturalWidth") > 0
    return number


def test_a_report_filed_by_touch_arrives_and_leaves_nothing_behind(
    screen: Page, origin: str, control: Control, peer: Peer
) -> None:
    number = file_report(screen, origin, type_on_screen)
    control.sync()
    (complaint,) = peer.complaints()
    assert (complaint.text, complaint.kelurahan, complaint.place) == (TEXT, "53.71.01.1002", "Rt")
    assert (complaint.phone, complaint.sms_ok, complaint.identity) == ("+628123456", False, "anonymous")
    screen.get_by_text("Sudah sampai di pusat.").wait_for()

    screen.tap("text=SAYA SUDAH MENYIMPAN NOMORNYA")
    screen.wait_for_url("**/?layar=selesai")
    assert screen.context.cookies() == []
    assert screen.evaluate("localStorage.length + sessionStorage.length") == 0
    for _ in range(12):  # the browser's own way back
        screen.go_back()
        screen.wait_for_load_state()
        shown = screen.content() + "".join(
            screen.locator("input, textarea").evaluate_all("all => all.map(e => e.value)")
        )
        for secret in (TEXT, number, complaint.pin, "08123456"):
            assert secret not in shown
        if screen.url == "about:blank":
            break


def test_silence_shows_a_countdown_then_wipes_and_typing_on_the_screen_is_no_silence(
    screen: Page, control: Control, serve: Callable[[Control], int]
) -> None:
    screen.clock.install()
    screen.goto(f"http://127.0.0.1:{serve(control)}")
    screen.tap("text=MULAI LAPOR")
    screen.tap("button.tile[value=AIR]")
    screen.wait_for_url("**/lapor/isi")
    screen.tap("textarea")
    for letter in "kana":
        screen.tap(f".keyboard button[data-sign='{letter}']")
        screen.clock.run_for(web.IDLE_S * 700)  # a finger that searches, for longer than silence may last in all
        assert not screen.locator("#diam").is_visible()
    screen.clock.run_for(web.IDLE_S * 500)
    screen.locator("#diam").wait_for()
    assert "Layar dihapus dalam" in screen.inner_text("#diam")
    screen.tap("text=Masih mengisi")
    assert not screen.locator("#diam").is_visible()
    assert screen.input_value("textarea") == "Kana"
    screen.clock.run_for((web.IDLE_S + web.COUNTDOWN_S + 1) * 1000)
    screen.wait_for_url("**/?layar=habis")
    screen.go_back()
    screen.wait_for_load_state()
    assert "Kana" not in screen.content()
    assert control.status().filed == 0


def test_a_resident_asks_by_touch_how_a_report_stands_and_silence_wipes_the_answer(
    screen: Page, origin: str, control: Control, peer: Peer
) -> None:
    number = file_report(screen, origin)
    screen.tap("text=SAYA SUDAH MENYIMPAN NOMORNYA")
    screen.wait_for_url("**/?layar=selesai")
    screen.clock.install()
    screen.tap("text=CEK LAPORAN SAYA")
    screen.wait_for_url("**/cek")
    touch_keys(screen, "#number", number)
    touch_keys(screen, "#pin", "123456")
    screen.tap(".moves .next")
    screen.wait_for_url("**/cek/jawaban")
    assert "Tersimpan di kios ini, belum terkirim." in screen.inner_text("main")
    assert "123456" not in screen.content()
    screen.tap("text=CEK LAGI")
    screen.wait_for_url("**/cek")
    assert screen.input_value("#pin") == ""
    control.sync()
    touch_keys(screen, "#pin", "123456")
    screen.tap(".moves .next")
    screen.get_by_text("Laporan ini sudah sampai di pusat.").wait_for()  # and nobody answers where the kiosk asks
    screen.wait_for_load_state()  # Its script begins after its text.
    screen.clock.run_for((web.IDLE_S + web.COUNTDOWN_S + 1) * 1000)
    screen.wait_for_url("**/?layar=selesai")
    for _ in range(4):
        screen.go_back()
        screen.wait_for_load_state()
        assert number not in screen.content()
    assert peer.complaints()


def test_the_keyboard_has_what_names_and_addresses_need(screen: Page, origin: str) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    for path, field in (("isi", "textarea"), ("tempat", "#place")):
        screen.goto(f"{origin}/lapor/{path}")
        touch_keys(screen, field, "ma'rif3/5-")
        assert screen.input_value(field) == "Ma'rif3/5-"


def test_who_searches_an_office_still_sees_the_one_where_the_kiosk_stands(screen: Page, origin: str) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    screen.goto(f"{origin}/lapor/petugas")
    screen.tap("#cari")
    assert_field_is_seen(screen, "#cari")
    for choice in screen.locator(".first-choices .chip").all():
        assert choice.is_visible()
    fill_in(screen, "#cari", "kelurahan namo")
    assert screen.locator(".panel .chip").all_inner_texts() == ["Kelurahan Namosain (kantor ini)"]
    screen.tap(".panel .chip")
    go_on(screen, "topik")  # the first question that is open
    screen.goto(f"{origin}/lapor/petugas")
    assert screen.locator(".first-choices input:checked").get_attribute("value") == "KEL-53.71.01.1001"


class Elsewhere:
    """Another program's page on this machine."""

    def __init__(self, html: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_page_of_another_port_can_neither_post_nor_read_nor_frame(
    chromium: Browser, origin: str, control: Control
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(origin)
    token = page.locator("input[name=token]").first.get_attribute("value")
    page.click("text=MULAI LAPOR")
    page.wait_for_url("**/lapor/topik")
    html = f'<form method=post action="{origin}/hapus"><input name=token value="{token}"><button>x</button></form>'
    elsewhere = Elsewhere(f'{html}<iframe src="{origin}/lapor/topik"></iframe>')
    try:
        page.goto(elsewhere.url)
        read = page.evaluate("url => fetch(url).then(r => r.text(), () => 'refused')", f"{origin}/lapor/topik")
        assert read == "refused"
        assert all("Soal apa" not in frame.content() for frame in page.frames)
        with page.expect_response("**/hapus") as answer:
            page.click("button")
        assert answer.value.status == 403
        page.goto(f"{origin}/lapor/topik")
        assert "Soal apa" in page.content()  # the session that was to be ended is still there
    finally:
        elsewhere.close()
        context.close()


def test_every_page_fits_every_screen_with_buttons_for_fingers(screen: Page, origin: str) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    pages = [f"/lapor/{step}" for step in ("topik", "isi", "tempat", "identitas", "nama", "petugas")]
    for path in (*pages, "/teknisi", "/cek"):
        if path == "/cek":
            screen.goto(origin)
            screen.tap("text=CEK LAPORAN SAYA")
            screen.wait_for_url("**/cek")
        else:
            screen.goto(f"{origin}{path}")
        for width, height in SCREENS:
            screen.set_viewport_size({"width": width, "height": height})
            assert screen.evaluate("document.documentElement.scrollWidth") <= width, path
            heights, bottoms = screen.evaluate(
                """() => {
                    const boxes = (found) => [...document.querySelectorAll(found)].map(e => e.getBoundingClientRect());
                    return [boxes(".moves .button:not(.plain), .tile").map(b => b.height),
                            boxes(".moves").map(b => b.bottom)];
                }"""
            )
            assert min(heights) >= (72 if width > 640 else 64), path
            assert max(bottoms) <= height + 1, f"{path}: the ways on are not on the screen"


def test_the_receipt_and_the_choices_are_seen_whole_above_the_ways_on(
    screen: Page, origin: str, control: Control
) -> None:
    control.kiosk.store.remember(facts.LAST_ERROR, b"Pusat tidak terjangkau.")  # The receipt of a kiosk without network
    file_report(screen, origin)
    assert "tidak ada jaringan" in screen.inner_text("#kabar")
    for width, height in SCREENS[:2]:
        screen.set_viewport_size({"width": width, "height": height})
        assert screen.evaluate("document.documentElement.scrollHeight") == height
        assert overlap(screen, "main > :not(.moves):not(.printed)") <= 0
    screen.tap(".moves .next")
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    screen.set_viewport_size({"width": 390, "height": 844})
    screen.goto(f"{origin}/lapor/identitas")
    assert screen.locator(".card").count() == 4
    assert overlap(screen, ".card") <= 0


@pytest.mark.parametrize("category", ["AIR", "PGL"])  # PGL comes with RAHASIA chosen, and a line that says so
def test_the_question_of_identity_is_seen_whole_also_with_what_has_to_be_put_right(
    screen: Page, origin: str, category: str
) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    screen.tap(f"button.tile[value={category}]")
    screen.wait_for_url("**/lapor/isi")
    screen.goto(f"{origin}/lapor/identitas")
    if category == "AIR":
        screen.tap(".moves .next")
        screen.locator(".fault").wait_for()
    for width, height in SCREENS[:2]:
        screen.set_viewport_size({"width": width, "height": height})
        assert screen.evaluate("document.documentElement.scrollHeight") == height
        assert overlap(screen, "form > :not(.moves)") <= 0


def test_a_fault_goes_once_its_field_is_typed_in_and_a_full_story_says_so(screen: Page, origin: str) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    screen.tap("button.tile[value=AIR]")
    screen.wait_for_url("**/lapor/isi")
    screen.tap(".moves .next")
    assert "Tulis dulu apa yang terjadi" in screen.inner_text(".fault")
    screen.wait_for_load_state()  # What is typed before the page's script runs is not noticed by it.
    fill_in(screen, "textarea", "air" * 1200)
    assert not screen.locator(".fault").is_visible()
    assert screen.get_attribute("textarea", "aria-invalid") is None
    assert screen.inner_text(".left") == "Masih ada tempat untuk 400 huruf."
    fill_in(screen, "textarea", "a" * 4000)
    assert screen.inner_text(".left") == "Sudah penuh. Pendekkan sedikit kalau mau menambah."


def test_the_check_page_shows_every_answer_however_long_and_cuts_none_but_the_story(screen: Page, origin: str) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    screen.tap("button.tile[value=AIR]")
    screen.wait_for_url("**/lapor/isi")
    fill_in(screen, "textarea", "Sudah tiga minggu air tidak mengalir. " * 100)
    go_on(screen, "tempat")
    choose(screen, "53.71.01.1002")
    fill_in(screen, "#place", "RT 07 RW 03, di depan sekolah, dekat tiang listrik yang miring " * 3)
    go_on(screen, "identitas")
    choose(screen, "open")
    go_on(screen, "nama")
    fill_in(screen, "#name", "Maria Magdalena Yuliana Ndolu-Nalle")
    fill_in(screen, "#phone", "081234567890")
    go_on(screen, "petugas")
    go_on(screen, "periksa")
    cut = "all => all.filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.parentElement.className)"
    for width, height in SCREENS:
        screen.set_viewport_size({"width": width, "height": height})
        may_be_cut = {"of-isi", "of-tempat"} if height <= 800 else {"of-isi"}
        assert set(screen.locator(".answers dd").evaluate_all(cut)) <= may_be_cut
        if width > 640:
            assert overlap(screen, ".answers > div", ".privacy") <= 0


def test_a_slip_with_the_long_code_stays_within_its_frame_on_every_screen_and_on_paper(
    screen: Page, origin: str
) -> None:
    screen.goto(origin)
    screen.tap("text=MULAI LAPOR")
    screen.wait_for_url("**/lapor/topik")
    screen.tap("button.tile[value=PGL]")
    screen.wait_for_url("**/lapor/isi")
    fill_in(screen, "textarea", TEXT)
    go_on(screen, "tempat")
    choose(screen, "53.71.01.1002")
    for step in ("identitas", "nama", "petugas", "periksa", "bukti"):
        go_on(screen, step)
    out = """() => {
        const [slip, ...parts] = [".slip", ".number", ".pin", ".slip img"].map(e => document.querySelector(e).getBoundingClientRect());
        const [, code, picture] = parts;
        const apart = code.right <= picture.left || code.bottom <= picture.top;
        return apart && parts.every(e => e.left >= slip.left && e.right <= slip.right && e.bottom <= slip.bottom);
    }"""
    for width, height in [*SCREENS, A6, A4]:
        media: Literal["print", "screen"] = "screen" if (width, height) in SCREENS else "print"
        screen.emulate_media(media=media)
        screen.set_viewport_size({"width": width, "height": height})
        assert screen.evaluate(out), (media, width)
        assert screen.evaluate("document.documentElement.scrollWidth") <= width
        assert screen.locator(".moves").is_visible() == (media == "screen")
        assert screen.locator(".printed").is_visible() == (media == "print")
    assert screen.evaluate("document.documentElement.scrollHeight") <= A4[1]  # one page


def overlap(page: Page, seen: str, bar: str = ".moves") -> float:
    """By how many pixels the ways on, or another bar, cover what is to be seen."""
    below: float = page.evaluate(
        """([found, bar]) => Math.max(...[...document.querySelectorAll(found)].map(e => e.getBoundingClientRect().bottom))
            - document.querySelector(bar).getBoundingClientRect().top""",
        [seen, bar],
    )
    return below
