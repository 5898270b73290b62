"""`make demo`: a stranger starts it, cuts the network, files, restores it, and ends it with Ctrl-C."""

import fcntl
import http.client
import json
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

SCRIPTS = Path(sysconfig.get_path("scripts"))


@pytest.fixture(scope="module", autouse=True)
def turn() -> Iterator[None]:
    """One module at a time: two demos that start at once want the same ports."""
    with (Path(tempfile.gettempdir()) / "kasih-demo-tests.lock").open("w") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Demo:
    """A demo that a person has started in a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [SCRIPTS / "kasih-demo", "--json", *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=(folder / "said.txt").open("ab"),
            text=True,
        )
        self.scene: dict[str, str] = {}

    def wait(self) -> "Demo":
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.folder / "said.txt").read_text()
        self.scene = json.loads(line)
        return self

    def counts(self) -> dict[str, Any]:
        status, body = ask(self.scene["demo"], "/keadaan")
        assert status == 200
        return dict(json.loads(body))

    def switch(self, to: str) -> None:
        host = urlsplit(self.scene["demo"]).netloc
        status, _ = ask(self.scene["demo"], "/jaringan", f"jaringan={to}", {"Origin": f"http://{host}"})
        assert status == 303

    def file(self, *texts: str) -> list[str]:
        """File on the kiosk as a script would; gives the numbers."""
        lines = "".join(json.dumps({"category": "AIR", "kelurahan": "Oesapa", "text": text}) + "\n" for text in texts)
        ended = subprocess.run(
            [SCRIPTS / "kasih-kiosk", "file", "--data", Path(self.scene["data"]) / "kios", "--json", "-"],
            input=lines,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line)["number"] for line in ended.stdout.splitlines()]

    def family(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


def ask(url: str, path: str = "/", form: str | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET" if form is None else "POST", path, form, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start_one(*options: str) -> Demo:
        started.append(Demo(tmp_path, *options))
        return started[-1]

    yield start_one
    for demo in started:
        if demo.process.poll() is None:
            for process in demo.family():
                process.kill()
        demo.process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the centre runs on Linux")
def test_a_stranger_starts_it_cuts_the_network_files_restores_it_and_ends_it(start: Callable[..., Demo]) -> None:
    demo = start().wait()
    for place in ("demo", "kiosk", "centre", "handset"):
        assert ask(demo.scene[place], urlsplit(demo.scene[place]).path)[0] in {200, 303}
    page = ask(demo.scene["demo"])[1]
    assert demo.scene["password"] in page
    assert demo.scene["handset"] in page
    until(lambda: demo.counts()["arrived"] == demo.counts()["filed"], "the samples do not arrive")
    before = demo.counts()
    assert before["arrived"] > 20

    demo.switch("putus")
    numbers = demo.file("Air mati", "Air masih mati")
    assert len(set(numbers)) == 2
    until(lambda: demo.counts()["waiting"] == 2, "the kiosk does not say what waits")
    assert demo.counts()["arrived"] == before["arrived"]
    assert "2 laporan tersimpan di kios ini, belum terkirim" in ask(demo.scene["kiosk"])[1]
    demo.switch("sambung")
    until(lambda: demo.counts()["arrived"] == before["arrived"] + 2, "what was filed offline does not arrive")
    until(lambda: demo.counts()["waiting"] == 0, "the kiosk does not learn that all has arrived")

    for form, headers in (
        ("jaringan=putus", {"Origin": "http://127.0.0.1:1"}),
        ("jaringan=putus", {}),
        ("jaringan=putus", {"Sec-Fetch-Site": "cross-site", "Origin": "null"}),
        ("jaringan=putus", {"Host": "evil.example"}),
    ):
        assert ask(demo.scene["demo"], "/jaringan", form, headers)[0] == 403
    assert demo.counts()["up"] is True

    second = start()  # on the same folder, while the first one runs
    assert second.process.wait(30) == 1
    assert "Demo lain sedang berjalan" in (demo.folder / "said.txt").read_text()

    family = demo.family()
    assert len(family) == 7  # the demo, three programs, and what holds each of them on a leash
    assert demo.end() == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []

    again = start().wait()
    assert again.scene["password"] == demo.scene["password"]
    assert again.counts()["arrived"] == before["arrived"] + 2  # the same data, and no samples a second time
    family = again.family()
    assert again.end(signal.SIGTERM) == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the centre runs on Linux")
def test_a_demo_that_is_killed_takes_its_programs_along_and_the_next_one_starts(start: Callable[..., Demo]) -> None:
    demo = start().wait()
    until(lambda: demo.counts()["arrived"] == demo.counts()["filed"], "the samples do not arrive")
    arrived = demo.counts()["arrived"]
    family = demo.family()
    assert {process.name() for process in family} >= {"kasih-server", "kasih-kiosk", "kasih-modem"}
    demo.process.kill()
    assert demo.process.wait(5) == -signal.SIGKILL
    (notes,) = demo.folder.rglob("demo.json")
    notes.write_text(notes.read_text().replace('"has_kiosk":true', '"has_kiosk":false'))  # killed as it enrolled

    again = start().wait()  # at once
    assert '"has_kiosk":true' in notes.read_text()
    assert psutil.wait_procs(family, timeout=0)[1] == []
    assert again.counts()["arrived"] == arrived
    assert again.end() == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the centre runs on Linux")
def test_a_password_that_was_changed_is_shown_no_more(start: Callable[..., Demo]) -> None:
    demo = start().wait()
    page = ask(demo.scene["demo"])[1]
    assert demo.scene["password"] in page
    assert "make demo ARGS=--fresh" in page
    centre = Path(demo.scene["data"]) / "pusat"
    subprocess.run([SCRIPTS / "kasih-server", "user", "password", "admin", "--data", centre], check=True, timeout=60)
    assert demo.counts()["is_first"] is False
    page = ask(demo.scene["demo"])[1]
    assert demo.scene["password"] not in page
    assert 'data-first="tidak"' in page
    assert demo.end() == 0
    again = start().wait()
    assert again.scene["password"] == ""
    assert again.end() == 0


def test_a_folder_with_other_peoples_files_is_left_alone(start: Callable[..., Demo], tmp_path: Path) -> None:
    (tmp_path / "surat").mkdir()
    (tmp_path / "surat" / "penting.txt").write_text("jangan hapus")
    demo = start("--data", "surat", "--fresh")
    assert demo.process.wait(30) == 1
    assert "berisi berkas lain" in (tmp_path / "said.txt").read_text()
    assert (tmp_path / "surat" / "penting.txt").read_text() == "jangan hapus"
