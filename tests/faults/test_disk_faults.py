"""Full and read-only disks, and two who want one folder (`make assurance ARGS=disks` tries 96 disks)."""

import http.client
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.agent import BIN, Agent, running, tell
from tests.faults.full_disks import fill_centre, fill_kiosk
from tests.faults.kills import Program, free_port
from tests.faults.power import memory_folder
from tests.faults.small_disk import SmallDisk, mount_refusal, small_disk
from tests.faults.town import found, wait_until
from tests.kiosk_agent.web.browser import Page

SAVED = "Laporan Anda SUDAH TERSIMPAN di kios ini."
NOT_SAVED = "Maaf, belum tersimpan. Jangan pergi dulu, coba tekan KIRIM sekali lagi atau panggil petugas."
LINE = b'{"text": "Air mati", "category": "AIR", "kelurahan": "Namosain"}\n'
UNIT = "KEL-53.71.01.1001"


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A centre and a kiosk that it knows."""
    with memory_folder() as folder:
        yield found(folder)


@pytest.fixture(scope="session")
def may_mount() -> None:
    """Skip the test where no disk can be mounted."""
    if refusal := mount_refusal():
        pytest.skip(refusal)


@pytest.fixture
def disk(may_mount: None) -> Iterator[SmallDisk]:
    with small_disk(8 * 1_048_576) as disk:
        yield disk


@pytest.mark.parametrize("pages", [0, 3, 8, 30])
def test_a_kiosk_s_full_disk_breaks_no_promise_and_room_is_all_it_takes(
    may_mount: None, template: Path, pages: int
) -> None:
    assert fill_kiosk(template, pages).filing > 0


@pytest.mark.parametrize("pages", [0, 8, 20])
def test_a_centre_s_full_disk_breaks_no_promise_and_room_is_all_it_takes(
    may_mount: None, template: Path, pages: int
) -> None:
    assert fill_centre(template, pages).exchanges > 0


@contextmanager
def centre_running(data: Path, log: Path) -> Iterator[int]:
    """`kasih-server run` on a free port."""
    port = free_port()
    command = [str(BIN / "kasih-server"), "run", "--data", str(data), "--port", str(port)]
    program = Program(command, f"http://127.0.0.1:{port}/health", log, {**os.environ, "KASIH_RETRY_AFTER_S": "3"})
    program.start()
    try:
        program.wait()
        yield port
    finally:
        program.kill(signal.SIGTERM)


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def is_one_line(done: "subprocess.CompletedProcess[str]") -> bool:
    """Whether a command told in one line why it failed."""
    return done.returncode == 1 and done.stderr.count("\n") == 1 and done.stderr.startswith("kasih-")


def kirim(agent: Agent) -> Page:
    return agent.send_page(text="Sampah menumpuk di depan pasar")[1]


def test_a_running_kiosk_says_honestly_that_its_disk_is_full_and_goes_on_when_it_is_not(
    template: Path, disk: SmallDisk, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(template / "kiosk", disk.folder / "kiosk"))
    env = {"KASIH_KEY_DIR": str(template / "keys"), "KASIH_WAIT_S": "0.2", "KASIH_SERVER": "http://127.0.0.1:9"}
    disk.fill()
    with running(data, tmp_path / "log", env) as agent:  # It comes up on a full disk, as after a power cut.
        browser, page = agent.send_page(text="Sampah menumpuk di depan pasar")
        assert NOT_SAVED in page.text
        assert SAVED not in page.text
        assert browser.get("/lapor/bukti").path == "/lapor/periksa"
        assert is_one_line(tell("kiosk", "status", "--data", str(data), env=env)), "no word could be left for it"
        assert NOT_SAVED in browser.send_report().text
        disk.free()
        page = browser.send_report()
        assert (page.path, SAVED in page.text) == ("/lapor/bukti", True)
        wait_until((data / "run.json").exists, "word for the other commands")
        assert agent.status().filed == 1
        disk.fill()
        done = tell("kiosk", "file", "--data", str(data), "--json", "-", env=env, given=LINE)
        assert json.loads(done.stdout) == {"line": 1, "error": "Belum tersimpan: disk penuh"}
        assert (done.returncode, done.stderr) == (1, "")
        assert agent.status().filed == 1
        disk.free()
        done = tell("kiosk", "file", "--data", str(data), "--json", "-", env=env, given=LINE)
        assert (done.returncode, json.loads(done.stdout).keys()) == (0, {"number", "pin", "entry"})
        assert agent.status().filed == 2
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert not (data / "run.json").exists()


def test_a_running_centre_asks_for_patience_while_its_disk_is_full_and_goes_on_when_it_is_not(
    template: Path, disk: SmallDisk, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(template / "centre", disk.folder / "centre"))
    kiosk = Path(shutil.copytree(template / "kiosk", tmp_path / "kiosk"))
    with centre_running(data, tmp_path / "log") as port:
        env = {"KASIH_KEY_DIR": str(template / "keys"), "KASIH_SERVER": f"http://127.0.0.1:{port}"}
        filed = tell("kiosk", "file", "--data", str(kiosk), "--json", "-", env=env, given=LINE * 60).stdout.splitlines()
        disk.fill()
        assert get(port, "/health") == 503
        assert get(port, "/masuk") == 200
        done = tell("kiosk", "sync", "--data", str(kiosk), env=env)
        assert "HTTP 503" in done.stderr
        assert json.loads(done.stdout)["accepted"] == 0
        done = tell("server", "enrol", "--data", str(data), "--unit", UNIT, env={})
        assert is_one_line(done)
        assert "disk penuh" in done.stderr
        assert is_one_line(tell("server", "run", "--data", str(data), "--port", "0", env={}))
        disk.free()
        assert get(port, "/health") == 200
        done = tell("kiosk", "sync", "--data", str(kiosk), env=env)
        assert json.loads(done.stdout)["accepted"] == len(filed) == 60
        exported = tell("server", "export", "--data", str(data), env={}).stdout.splitlines()
    assert {json.loads(line)["number"] for line in exported} == {json.loads(line)["number"] for line in filed}
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_founding_and_enrolling_on_a_full_disk_leave_nothing_that_is_in_the_way(
    template: Path, disk: SmallDisk, tmp_path: Path
) -> None:
    centre, kiosk = disk.folder / "centre", disk.folder / "kiosk"
    env = {"KASIH_KEY_DIR": str(disk.folder / "keys")}
    for pages in (0, 20, 60):
        disk.fill(pages)
        done = tell("server", "init", "--data", str(centre), env={})
        disk.free()
        if done.returncode == 0:
            break
        assert is_one_line(done)
    else:
        assert tell("server", "init", "--data", str(centre), env={}).returncode == 0
    disk.fill(8)  # Enough for the database, and for not one file more.
    assert is_one_line(tell("server", "run", "--data", str(centre), "--port", "0", env={}))
    disk.free()
    with centre_running(centre, tmp_path / "log") as port:
        code = tell("server", "enrol", "--data", str(centre), "--unit", UNIT, env={}).stdout.strip()
        enrolment = ("enrol", "--data", str(kiosk), "--server", f"http://127.0.0.1:{port}", "--code", code)
        for pages in (0, 8, 14):
            disk.fill(pages)
            assert is_one_line(tell("kiosk", *enrolment, env=env))
            disk.free()
        done = tell("kiosk", *enrolment, env=env)
        assert (done.returncode, done.stderr) == (0, "")
        assert tell("kiosk", "file", "--data", str(kiosk), "--json", "-", env=env, given=LINE).returncode == 0
