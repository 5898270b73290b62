"""An officer at the centre, in a real browser: signs in, verifies a case, finds the pages whole on every screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from sync_protocol.kinds import Kind
from tests.server.conftest import founded, sender
from tests.server.web.browser import PASSWORD
from tests.server.web.conftest import Site, people, site

__all__ = ["founded", "people", "site"]


SCREENS = [(1366, 768), (1024, 768), (390, 844)]


@pytest.fixture(params=["with scripts", "without scripts"])
def desk(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Page]:
    """A browser at an officer's desk; anything that the pages do wrong fails the test."""
    context = chromium.new_context(
        base_url=f"http://127.0.0.1:{site.port}", java_script_enabled=request.param == "with scripts"
    )
    context.set_default_timeout(8_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda sent: wrong.append(sent.url) if "127.0.0.1" not in sent.url else None)
    yield page
    context.close()
    assert wrong == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/pengaduan")
    page.fill("#nama", name)
    page.fill("#sandi", PASSWORD)
    page.click("text=MASUK")


def be_signed_in(page: Page, site: Site, name: str) -> None:
    """Without the slow part, which is the password."""
    cookies = site.browser(name).cookies
    page.context.add_cookies(
        [{"name": key, "value": value, "url": f"http://127.0.0.1:{site.port}"} for key, value in cookies.items()]
    )


def test_an_officer_signs_in_verifies_and_signs_out(desk: Page, site: Site) -> None:
    case = "new" if "BELUM_VERIFIKASI" in status_of(site, "new") else "anonymous"
    sign_in(desk, "petugas1")
    assert desk.url.endswith("/pengaduan")
    desk.fill("#nomor", site.number(case).lower())
    desk.click("text=TAMPILKAN")
    desk.click(f"text={site.number(case)}")
    desk.select_option("#unit", "DPUPR")
    desk.fill("#catatan", "Mohon dicek.\nBersama ketua RT.")
    desk.click("text=VERIFIKASI DAN TERUSKAN")
    assert "Diverifikasi dan diteruskan ke" in desk.inner_text(".timeline")
    assert status_of(site, case) == "BELUM_TL"
    desk.click("text=Keluar")
    assert desk.url.endswith("/masuk")
    desk.goto("/")
    assert desk.url.endswith("/masuk")


def test_a_step_without_a_unit_is_answered_in_our_words(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "petugas1")
    desk.goto(f"/pengaduan/{site.number('unnamed')}")
    desk.select_option("#unit", "")
    desk.click("text=VERIFIKASI DAN TERUSKAN")
    assert "Pilih unit tujuan dari daftar." in desk.inner_text(".main")


def test_the_menus_ground_reaches_to_the_end_of_a_long_page(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "petugas1")
    desk.set_viewport_size({"width": 1024, "height": 300})
    desk.goto("/pengaduan?status=semua")
    frame = desk.locator(".frame")
    assert "linear-gradient" in frame.evaluate("frame => getComputedStyle(frame).backgroundImage")
    box = frame.bounding_box()
    assert box is not None
    assert round(box["y"] + box["height"]) == desk.evaluate("document.documentElement.scrollHeight")


def test_an_identity_is_opened_with_a_reason_and_is_gone_with_the_next_page(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "petugas1")
    desk.goto(f"/pengaduan/{site.number('at-dinkes')}")
    assert "Yuliana Bessie" not in desk.content()
    desk.click("summary")
    desk.fill("#alasan", "Pelapor minta dihubungi kembali")
    desk.click("text=BUKA DAN CATAT")
    assert "Yuliana Bessie" in desk.content()
    desk.goto(f"/pengaduan/{site.number('at-dinkes')}")
    assert "Yuliana Bessie" not in desk.content()


def test_on_a_small_screen_the_menu_takes_no_more_room_than_it_needs(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "admin1")
    desk.set_viewport_size({"width": 390, "height": 1600})  # Higher than what the page holds.
    desk.goto("/kios")
    menu, last = desk.locator(".side").bounding_box(), desk.locator(".me").bounding_box()
    assert menu is not None
    assert last is not None
    assert menu["y"] + menu["height"] - last["y"] - last["height"] < 20


def test_on_a_small_screen_each_figure_of_a_kiosk_says_what_it_is(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "admin1")
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto("/kios")
    label = "cell => getComputedStyle(cell, '::before').content"
    labels = [desk.eval_on_selector(f".devices .d-{name}", label) for name in ("contact", "queue", "clock", "notes")]
    assert labels == ['"Kontak terakhir: "', '"Antrean: "', '"Jam: "', '"Yang perlu dilihat: "']


def test_keys_lead_where_their_help_says(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "petugas1")
    listed = "/pengaduan?status=BELUM_VERIFIKASI&kanal=sms&urut=baru"
    desk.goto(listed)
    help_button = desk.locator("button[data-help]")
    if help_button.is_hidden():
        return  # Without scripts there are no keys, and nothing speaks of them.
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("[data-back]")
    help_button.click()
    assert desk.locator("dialog kbd").all_inner_texts() == ["v", "u", "?"]
    desk.keyboard.press("Escape")
    desk.keyboard.press("v")
    assert desk.evaluate("document.activeElement.textContent") == "VERIFIKASI DAN TERUSKAN"
    desk.keyboard.press("u")
    desk.wait_for_selector("table[data-keys]")
    assert desk.url.endswith(listed)


def test_no_deadline_runs_into_the_number_beside_it(desk: Page, site: Site) -> None:
    site.clock.pass_(20 * 86_400_000)  # "lewat 12 hari kerja"
    be_signed_in(desk, site, "petugas1")
    desk.goto("/pengaduan?status=lewat")
    site.clock.pass_(-20 * 86_400_000)
    for width in (1366, 1180, 1024, 912):
        desk.set_viewport_size({"width": width, "height": 768})
        row = desk.locator(".cases tbody tr").first
        due, number = row.locator(".due").bounding_box(), row.locator(".c-number a").bounding_box()
        assert due is not None
        assert number is not None
        assert due["x"] + due["width"] < number["x"], width


def test_on_paper_a_case_is_one_column_and_lists_stay_tables(desk: Page, site: Site) -> None:
    be_signed_in(desk, site, "petugas1")
    desk.emulate_media(media="print")
    desk.set_viewport_size({"width": 673, "height": 1000})  # A4 between its margins
    style = "(element, name) => getComputedStyle(element)[name]"
    desk.goto("/pengaduan")
    assert desk.locator(".cases tbody tr").first.evaluate(style, "display") == "table-row"
    assert desk.locator(".main").inner_text().startswith("Dicetak ")
    desk.goto(f"/pengaduan/{site.number('new')}")
    assert desk.locator(".two").evaluate(style, "display") == "block"
    assert desk.locator(".story .card").first.evaluate(style, "breakInside") == "auto"
    desk.goto("/kios")
    assert desk.locator(".devices tbody tr").first.evaluate(style, "display") == "table-row"


def test_no_page_is_wider_than_its_screen(desk: Page, site: Site) -> None:
    assert site.peer is not None
    last = site.peer.entries[-1]
    broken = site.peer.write(Kind.COMPLAINT, b"bukan isi", seq=last.seq + 1, prev=last.id)
    site.peer.entries.append(broken)  # A line in the table of what cannot be read.
    site.peer.sync(sender(site.centre))
    be_signed_in(desk, site, "admin1")
    secret = f"/pengaduan/{site.number('secret')}"
    wide = []
    for path in (
        "/",
        "/pengaduan?status=semua",
        "/pengaduan?nomor=7KQM9&kanal=sms",
        "/kios",
        "/sandi",
        "/tidak-ada",
        secret,
    ):
        desk.goto(path)
        for width, height in SCREENS:
            desk.set_viewport_size({"width": width, "height": height})
            if desk.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((path, width))
    assert wide == []


def status_of(site: Site, case: str) -> str:
    return str(site.sql("select status from cases where id = :id", id=site.cases[case])[0]["status"])
