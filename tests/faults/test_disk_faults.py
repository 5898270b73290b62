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

from kiosk_agent.access import read_running
from kiosk_agent.errors import DataFolderInUseError
from kiosk_agent.kiosk import open_kiosk
from server.control import read_run_file
from tests.faults.agent import Agent, call, centre_running, running, tell
from tests.faults.full_disks import fill_centre, fill_kiosk
from tests.faults.power import memory_folder
from tests.faults.small_disk import SmallDisk, small_disk
from tests.faults.town import found, wait_until

SAVED = "Laporan Anda SUDAH TERSIMPAN di kios ini."
NOT_SAVED = "Maaf, belum tersimpan. Jangan pergi dulu, coba tekan KIRIM sekali lagi atau panggil petugas."
LINE = b'{"text": "Air mati", "category": "AIR", "kelurahan": "Namosain"}\n'
UNIT = "KEL-53.71.01.1001"


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A centre and a kiosk that it knows."""
    with memory_folder() as folder:
        yield found(folder)


@pytest.fixture
def disk(may_mount: None) -> Iterator[SmallDisk]:
    with small_disk(8 * 1_048_576) as disk:
        yield disk


@pytest.mark.parametrize("pages", [0, 8, 30])
def test_a_kiosk_s_full_disk_breaks_no_promise_and_room_is_all_it_takes(
    may_mount: None, template: Path, pages: int
) -> None:
    assert fill_kiosk(template, pages).filing > 0


@pytest.mark.parametrize("pages", [0, 8, 20])
def test_a_centre_s_full_disk_breaks_no_promise_and_room_is_all_it_takes(
    may_mount: None, template: Path, pages: int
) -> None:
    assert fill_centre(template, pages).exchanges > 0


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


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
        said = call("kiosk", "status", "--data", str(data), env=env)
        # No word could be left for it, or it was as soon as SQLite had given a page back.
        assert said.code == 0 or "sedang dipakai" in said.line
        assert NOT_SAVED in browser.send_report().text
        disk.free()
        page = browser.send_report()
        assert (page.path, SAVED in page.text) == ("/lapor/bukti", True)
        wait_until((data / "run.json").exists, "word for the other commands")
        assert agent.status().filed == 1
        disk.fill()
        done = tell("kiosk", "file", "--data", str(data), "--json", "-", env=env, given=LINE)
        assert json.loads(done.out) == {"line": 1, "error": "Belum tersimpan: disk penuh"}
        assert (done.code, done.err) == (1, "")
        assert agent.status().filed == 1
        disk.free()
        done = call("kiosk", "file", "--data", str(data), "--json", "-", env=env, given=LINE)
        assert (done.code, json.loads(done.out).keys()) == (0, {"number", "pin", "entry"})
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
        filed = call("kiosk", "file", "--data", str(kiosk), "--json", "-", env=env, given=LINE * 60).out.splitlines()
        disk.fill()
        assert get(port, "/health") == 503
        assert get(port, "/masuk") == 200
        done = call("kiosk", "sync", "--data", str(kiosk), env=env)
        assert "HTTP 503" in done.line
        assert json.loads(done.out)["accepted"] == 0
        assert "disk penuh" in call("server", "enrol", "--data", str(data), "--unit", UNIT).line
        assert "sedang dipakai" in call("server", "run", "--data", str(data), "--port", "0").line
        disk.free()
        assert get(port, "/health") == 200
        done = call("kiosk", "sync", "--data", str(kiosk), env=env)
        assert json.loads(done.out)["accepted"] == len(filed) == 60
        exported = call("server", "export", "--data", str(data)).out.splitlines()
    assert {json.loads(line)["number"] for line in exported} == {json.loads(line)["number"] for line in filed}
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_centre_that_could_not_be_founded_on_a_full_disk_can_be_founded_when_there_is_room(disk: SmallDisk) -> None:
    centre = ("--data", str(disk.folder / "centre"))
    for pages in (0, 20, 60):
        disk.fill(pages)
        assert "disk" in call("server", "init", *centre).line
        disk.free()
    assert call("server", "init", *centre).code == 0
    disk.fill(8)  # Enough for the database, and for not one file more.
    assert "tidak dapat ditulis" in tell("server", "run", *centre, "--port", "0").line
    disk.free()
    assert call("server", "enrol", *centre, "--unit", UNIT).code == 0


def test_a_kiosk_that_could_not_be_enrolled_on_a_full_disk_can_be_enrolled_when_there_is_room(
    centre_port: int, template: Path, disk: SmallDisk
) -> None:
    env, data = {"KASIH_KEY_DIR": str(disk.folder / "keys")}, ("--data", str(disk.folder / "kiosk"))
    code = call("server", "enrol", "--data", str(template / "running"), "--unit", UNIT).out.strip()
    enrolment = ("enrol", *data, "--server", f"http://127.0.0.1:{centre_port}", "--code", code)
    for pages in (0, 8, 14):
        disk.fill(pages)
        assert call("kiosk", *enrolment, env=env).line
        disk.free()
    assert call("kiosk", *enrolment, env=env).code == 0
    assert call("kiosk", "file", *data, "--json", "-", env=env, given=LINE).code == 0


def test_on_a_read_only_disk_every_command_says_so_in_one_line(template: Path, disk: SmallDisk, tmp_path: Path) -> None:
    for name in ("centre", "kiosk"):
        shutil.copytree(template / name, disk.folder / name)
    centre, kiosk = ("--data", str(disk.folder / "centre")), ("--data", str(disk.folder / "kiosk"))
    env = {"KASIH_KEY_DIR": str(template / "keys")}
    disk.read_only()
    assert "disk hanya bisa dibaca" in call("kiosk", "run", *kiosk, "--port", "0", env=env).line
    for words in ("status", "sync", "file --json -", f"bundle export {tmp_path}"):
        assert "disk hanya bisa dibaca" in call("kiosk", *words.split(), *kiosk, env=env, given=LINE).line
    assert call("server", "run", *centre, "--port", "0").line
    for words in ("export", "device list", f"enrol --unit {UNIT}", f"bundle export {tmp_path}"):
        assert call("server", *words.split(), *centre).line
    assert list(tmp_path.iterdir()) == []
    disk.read_only(is_so=False)
    assert call("kiosk", "file", *kiosk, "--json", "-", env=env, given=LINE).code == 0
    assert call("server", "export", *centre).code == 0


@contextmanager
def disk_that_refuses(pid: int) -> Iterator[None]:
    """Let every write of a running process fail, as when the system has made its disk read-only."""
    calls = "pwrite64,ftruncate,fsync,fdatasync"
    strace = ["strace", "-f", "-o", os.devnull, "-e", f"trace={calls}", "-e", f"inject={calls}:error=EROFS"]
    tracer = subprocess.Popen([*strace, "-p", str(pid)], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    assert "attached" in tracer.stderr.readline()
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=20)


@pytest.fixture(scope="module")
def agent(template: Path) -> Iterator[Agent]:
    """A kiosk that runs, without a network."""
    with memory_folder() as folder:
        data = Path(shutil.copytree(template / "kiosk", folder / "kiosk"))
        with running(data, folder / "log", kiosk_env(template)) as agent:
            yield agent


def kiosk_env(template: Path) -> dict[str, str]:
    return {"KASIH_KEY_DIR": str(template / "keys"), "KASIH_SERVER": "http://127.0.0.1:9", "KASIH_WAIT_S": "0.3"}


def test_a_kiosk_whose_disk_turns_read_only_says_so_and_goes_on_when_it_can_write_again(
    strace: None, agent: Agent
) -> None:
    process, before = read_running(agent.folder), agent.status().filed
    assert process is not None
    with disk_that_refuses(process.pid):
        browser, page = agent.send_page(text="Sampah menumpuk di depan pasar")
        assert NOT_SAVED in page.text
        assert SAVED not in page.text
        assert agent.status().filed == before
    page = browser.send_report()
    assert (page.path, SAVED in page.text) == ("/lapor/bukti", True)
    assert agent.status().filed == before + 1


@pytest.fixture(scope="module")
def centre_port(template: Path) -> Iterator[int]:
    """A centre that runs, in the folder `running`; its port."""
    data = Path(shutil.copytree(template / "centre", template / "running"))
    with centre_running(data, template / "log") as port:
        yield port


def test_a_centre_whose_disk_turns_read_only_promises_nothing_and_goes_on_when_it_can_write_again(
    strace: None, centre_port: int, template: Path, tmp_path: Path
) -> None:
    centre, kiosk = template / "running", Path(shutil.copytree(template / "kiosk", tmp_path / "kiosk"))
    env = {"KASIH_KEY_DIR": str(template / "keys"), "KASIH_SERVER": f"http://127.0.0.1:{centre_port}"}
    filed = call("kiosk", "file", "--data", str(kiosk), "--json", "-", env=env, given=LINE * 3).out.splitlines()
    process = read_run_file(centre)
    assert process is not None
    with disk_that_refuses(process.pid):
        assert get(centre_port, "/health") == 503
        done = call("kiosk", "sync", "--data", str(kiosk), env=env)
        assert "HTTP 503" in done.line
        assert (json.loads(done.out)["accepted"], json.loads(done.out)["pending"]) == (0, 3)
    assert get(centre_port, "/health") == 200
    assert json.loads(call("kiosk", "sync", "--data", str(kiosk), env=env).out)["accepted"] == 3
    exported = call("server", "export", "--data", str(centre)).out.splitlines()
    assert {json.loads(line)["number"] for line in exported} == {json.loads(line)["number"] for line in filed}


def test_a_second_agent_on_the_folder_is_refused_and_the_commands_go_through_the_first(
    template: Path, agent: Agent
) -> None:
    env, before = kiosk_env(template), agent.status().filed
    data = ("--data", str(agent.folder))
    assert "sudah berjalan" in tell("kiosk", "run", *data, "--port", "0", env=env).line
    assert call("kiosk", "file", *data, "--json", "-", env=env, given=LINE * 2).code == 0
    with pytest.raises(DataFolderInUseError):
        open_kiosk(agent.folder, wait_s=0)  # Nor does the store let in who asks nobody.
    assert agent.send_page()[1].path == "/lapor/bukti"
    assert json.loads(call("kiosk", "status", "--json", *data, env=env).out)["filed"] == before + 3
