"""A RAHASIA report from a real kiosk, opened by the demo's sworn officer as the demo's page says."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.test_demo import SCRIPTS, Demo, ask, turn, until
from tests.server.web.browser import Browser

__all__ = ["turn"]  # Its fixture holds for this module too.

TEXT, NAME, PHONE = "Guru meminta uang untuk naik kelas", "Dorkas Contoh", "081234500999"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    started = Demo(tmp_path)
    try:
        yield started.wait()
    finally:
        started.end()


@pytest.mark.slow
def test_what_a_kiosk_sealed_is_opened_by_the_officer_and_not_by_the_admin(demo: Demo) -> None:
    report = {
        "category": "PGL",
        "kelurahan": "Oesapa",
        "identity": "secret",
        "text": TEXT,
        "name": NAME,
        "phone": PHONE,
    }
    filed = subprocess.run(
        [SCRIPTS / "kasih-kiosk", "file", "--data", Path(demo.scene["data"]) / "kios", "--json", "-"],
        input=json.dumps(report),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    path = f"/pengaduan/{json.loads(filed.stdout)['number']}"
    page = ask(demo.scene["demo"])[1]
    assert demo.scene["officer"] in page
    assert demo.scene["officer_password"] in page
    port = urlsplit(demo.scene["centre"]).port or 80
    officer, admin = Browser(port), Browser(port)
    assert officer.sign_in(demo.scene["officer"], demo.scene["officer_password"]).status == 303
    assert admin.sign_in(demo.scene["user"], demo.scene["password"]).status == 303
    until(lambda: officer.get(path).status == 200, "the report has arrived")
    form = {"alasan": "Menelaah laporan ini", "sandi": demo.scene["officer_password"], "text": "ya", "person": "ya"}
    opened = officer.send_once(f"{path}/rahasia", **form)
    assert opened.status == 200
    assert all(word in opened.words() for word in (TEXT, NAME, PHONE[1:]))
    assert admin.post(f"{path}/rahasia", **(form | {"sandi": demo.scene["password"]})).status == 403
    assert TEXT not in admin.get(path).text
