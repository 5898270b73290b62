"""The demo's handset: an SMS becomes a report with a reply, and VERIFIKASI at the centre becomes an SMS."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_demo import Demo, ask, turn

NUMBER = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
PATIENCE_MS = 45_000
__all__ = ["turn"]  # Its fixture holds for this module too.

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the centre runs on Linux"),
]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    started: list[Demo] = []

    def start_one() -> Demo:
        started.append(Demo(tmp_path))
        return started[-1]

    yield start_one
    for demo in started:
        if demo.process.poll() is None:
            for process in demo.family():
                process.kill()
        demo.process.wait()


def be(page: Page, number: str) -> None:
    page.fill("#nomor", number)
    page.click("text=GANTI")


def write(page: Page, text: str) -> None:
    page.fill("#isi", text)
    page.click("text=KIRIM SMS")


def test_an_sms_becomes_a_report_and_verifikasi_an_sms(chromium: Browser, start: Callable[[], Demo]) -> None:
    demo = start().wait()
    browser = chromium.new_context(viewport={"width": 390, "height": 800}, locale="id-ID")
    handset = browser.new_page()
    handset.goto(demo.scene["handset"])
    be(handset, "0812 3450 0007")
    expect(handset.locator("#nomor")).to_have_value("+6281234500007")
    assert "812345" not in handset.url

    write(handset, "KOTKUPANG lampu jalan mati RT 3 Oepura")
    handset.fill("#isi", "CEK sedang saya ketik")
    replies = handset.locator(".theirs p")
    expect(replies).to_have_count(1, timeout=PATIENCE_MS)
    expect(replies.first).to_contain_text("PIN")
    expect(handset.locator("#isi")).to_have_value("CEK sedang saya ketik")  # the new SMS left it alone
    found = NUMBER.search(replies.first.inner_text())
    assert found

    centre = browser.new_page()
    centre.goto(demo.scene["centre"])
    centre.fill("[name=nama]", demo.scene["user"])
    centre.fill("[name=sandi]", demo.scene["password"])
    centre.click("form button")
    centre.goto(f"{demo.scene['centre']}pengaduan/{found[0]}")
    expect(centre.locator("blockquote")).to_have_text("lampu jalan mati RT 3 Oepura")
    expect(centre.get_by_role("heading", name="Lampu jalan (tebakan)")).to_be_visible()
    centre.select_option("#kelurahan", label="Oesapa")
    centre.select_option("#unit", "DPUPR")
    centre.click("text=VERIFIKASI DAN TERUSKAN")
    expect(centre.get_by_text("kelurahan dibetulkan menjadi Oesapa")).to_be_visible()

    expect(replies).to_have_count(2, timeout=PATIENCE_MS)
    expect(replies.last).to_contain_text(f"Laporan {found[0]} sudah diperiksa dan diteruskan ke Dinas PUPR")

    write(handset, f"CEK {found[0]}")
    expect(replies).to_have_count(3, timeout=PATIENCE_MS)
    expect(replies.last).to_contain_text("Diteruskan sejak")
    be(handset, "0812 3450 0008")  # another phone learns nothing
    write(handset, f"CEK {found[0]}")
    expect(replies).to_have_count(1, timeout=PATIENCE_MS)
    expect(replies.last).to_contain_text("tidak kami temukan")

    delivered = centre.get_by_text("SMS (diteruskan) diterima HP")
    for _ in range(PATIENCE_MS // 1_000):  # the report of the delivery comes later than the SMS
        centre.reload()
        if delivered.count():
            break
        centre.wait_for_timeout(1_000)
    expect(delivered).to_be_visible()
    browser.close()

    assert ask(demo.scene["demo"], "/ponsel", "isi=palsu", {"Origin": "http://127.0.0.1:1"})[0] == 403
    family = demo.family()
    assert "kasih-modem" in {process.name() for process in family}
    demo.process.kill()
    assert demo.process.wait(5) == -signal.SIGKILL
    assert psutil.wait_procs(family, timeout=12)[1] == []


def test_without_javascript_the_handset_works_too(chromium: Browser, start: Callable[[], Demo]) -> None:
    demo = start().wait()
    browser = chromium.new_context(java_script_enabled=False)
    handset = browser.new_page()
    handset.goto(demo.scene["handset"])
    be(handset, "081234500009")
    write(handset, "BANTUAN")
    expect(handset.locator(".mine p")).to_have_text("BANTUAN")
    for _ in range(60):
        if handset.locator(".theirs").count():
            break
        handset.wait_for_timeout(500)
        handset.click("text=Muat ulang")
    expect(handset.locator(".theirs p")).to_contain_text("LAPOR ketik KOTKUPANG")
    browser.close()
    assert demo.end() == 0
