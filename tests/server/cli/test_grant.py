"""From `init` to an opened RAHASIA report with real programs, and that nothing opened can be found again.

What needs no program of its own takes a copy of a centre with two officers, and its commands run in this process.
"""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import Struct
from msgspec.structs import replace

from server.cli import main
from server.store import users
from server.store.centre import open_centre
from server.store.keys import load_keys
from sync_protocol.bodies import Keys
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from tests.faults.canaries import search
from tests.peers import Peer, over_http
from tests.server.conftest import UNIT, until
from tests.server.secret_reports import NAME, PHONE, PLACE, TEXT, file_secret, secret_body
from tests.server.web.browser import Browser

SERVER = [sys.executable, "-c", "from server.cli import main; main()"]
SARI, BUDI = "kebun jagung di bukit", "perahu layar ke pulau"
REASON = "Menelaah laporan sebelum diteruskan"
SUMMARY = "Dugaan pungutan di loket layanan, mohon diperiksa"


class Town(Struct):
    """A centre in a folder, what `init` printed, and a home for whatever a program may leave."""

    folder: Path
    admin: str = ""
    recovery: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "centre"

    def call(self, *args: object, given: str = "") -> subprocess.CompletedProcess[str]:
        """What a command does that nobody else has to see from outside: in this process."""
        words = [*map(str, args), "--data", str(self.data)]
        done = CliRunner().invoke(main, words, input=given, env=self.home, catch_exceptions=False)
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    @property
    def home(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "TMPDIR": str(self.folder), "SQLITE_TMPDIR": str(self.folder)}

    def facts(self, *args: object, given: str = "") -> dict[str, Any]:
        done = self.call(*args, "--json", given=given)
        assert done.returncode == 0, done.stderr
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts

    def refused(self, *args: object, given: str = "") -> str:
        """What a command says that refuses: one line, and nothing of what was typed."""
        done = self.call(*args, given=given)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1), done
        assert not any(line and line in done.stderr for line in given.splitlines())
        return done.stderr

    def holders(self) -> set[str]:
        users = json.loads(self.call("user", "list", "--json").stdout)["users"]
        return {user["name"] for user in users if user["duty"]}

    @contextmanager
    def running(self) -> Iterator[int]:
        """The centre, up; what it says goes into its log."""
        with (self.folder / "centre.log").open("a") as log:
            process = subprocess.Popen(
                [*SERVER, "run", "--data", str(self.data), "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | self.home,
            )
            assert process.stdout is not None
            try:
                yield int(process.stdout.readline().rsplit(":", 1)[1])
            finally:
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0
                process.stdout.close()


class Programs(Town):
    """A town whose every command is a program of its own."""

    def call(self, *args: object, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [*SERVER, *map(str, args), "--data", str(self.data)]
        return subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, env=os.environ | self.home, timeout=60
        )


def found(town: Town) -> Town:
    """The town with a centre, just founded."""
    facts = town.facts("init")
    return replace(town, admin=facts["password"], recovery=facts["recovery_key"])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with two officers who have chosen their passwords, to be copied."""
    town = found(Town(tmp_path_factory.mktemp("prepared")))
    with town.running() as port:
        newcomer(town, port, "sari", SARI)
        newcomer(town, port, "budi", BUDI)
    return town


@pytest.fixture
def town(prepared: Town, tmp_path: Path) -> Town:
    shutil.copytree(prepared.data, tmp_path / "centre")
    return replace(prepared, folder=tmp_path)


def newcomer(town: Town, port: int, name: str, password: str) -> Browser:
    """An officer who has signed in and chosen a password."""
    first = town.facts("user", "add", name, "--role", "petugas")["password"]
    browser = Browser(port)
    browser.sign_in(name, first)
    assert browser.post("/sandi", lama=first, baru=password, ulang=password).location == "/"
    browser.csrf = browser.get("/sandi").csrf
    return browser


def test_a_secret_report_is_opened_by_who_was_granted_the_key_and_leaves_no_word_behind(tmp_path: Path) -> None:
    town = found(Programs(tmp_path))
    with town.running() as port:
        code = town.call("enrol", "--unit", UNIT).stdout.strip()
        keys = load_keys(town.data)
        peer = Peer(keys.sign_public, code=code)
        send = over_http(port)
        peer.sync(send)
        told = {body.duty for body in peer.received(Kind.KEYS) if isinstance(body, Keys)}
        assert told == {keys.duty_public.hex()}
        entry = file_secret(peer, secret_body(peer.log, keys.duty_public))
        peer.sync(send)
        path = f"/pengaduan/{number_of(entry.id)}"

        sari = newcomer(town, port, "sari", SARI)
        until(lambda: sari.get(path).status == 200)
        fields = {"alasan": REASON, "sandi": SARI, "text": "ya", "person": "ya"}
        assert "Yang dapat memberikannya: admin" in sari.get(f"{path}/rahasia").words()
        assert sari.send_once(f"{path}/rahasia", **fields).status == 422

        assert town.facts("user", "grant", "sari", "--by", "admin", given=f"{town.admin}\n") == {"user": "sari"}
        assert town.holders() == {"admin", "sari"}
        page = sari.send_once(f"{path}/rahasia", **fields)
        assert page.status == 200
        assert all(word in page.words() for word in (TEXT, PLACE, NAME, PHONE))

        budi = newcomer(town, port, "budi", BUDI)
        assert town.facts("user", "grant", "budi", "--by", "sari", given=f"{SARI}\n")
        assert TEXT in budi.send_once(f"{path}/rahasia", alasan=REASON, sandi=BUDI, text="ya").words()
        assert "Membuka isi laporan RAHASIA oleh budi" in budi.get(path).words()
        assert TEXT not in budi.get(path).text
        step = {"unit": "INSPEKTORAT", "ringkasan": SUMMARY, "sandi": BUDI}
        assert budi.post(f"{path}/rahasia/teruskan", **step).location.partition("?")[0] == path
        assert SUMMARY in sari.get(path).text
        assert town.call("backup", town.folder / "cadangan.kasih").returncode == 0
        assert _left_behind(town) == []
    assert _left_behind(town) == []
    assert (town.folder / "centre.log").exists()
    assert town.call("verify").returncode == 0


def _left_behind(town: Town) -> list[str]:
    secrets = (
        SUMMARY,
        TEXT,
        PLACE,
        NAME,
        PHONE.removeprefix("+62"),
        SARI,
        BUDI,
        town.admin,
        town.recovery.splitlines()[0],
    )
    return search([town.folder], secrets)


def test_the_recovery_key_brings_the_duty_key_back_where_nobody_holds_it(town: Town) -> None:
    assert town.facts("user", "password", "admin")["duty_ended"] is True
    assert town.holders() == set()
    typed = town.recovery.lower().replace("-", " ") + "\n"
    assert town.facts("user", "grant", "sari", "--recovery", given=typed) == {"user": "sari"}
    assert town.holders() == {"sari"}


def test_who_cannot_be_granted_the_key_gets_one_clear_line(town: Town) -> None:
    town.facts("user", "add", "dewi", "--role", "petugas")
    town.facts("user", "add", "tamu", "--role", "auditor")
    given = f"{town.admin}\n"
    assert "kata sandi sekali pakai" in town.refused("user", "grant", "dewi", "--by", "admin", given=given)
    assert "hanya untuk peran petugas" in town.refused("user", "grant", "tamu", "--by", "admin", given=given)
    assert "hanya untuk peran petugas" in town.refused("user", "grant", "admin", "--by", "admin", given=given)
    assert "Tidak ada pengguna" in town.refused("user", "grant", "siapa", "--by", "admin", given=given)
    town.call("user", "disable", "sari")
    assert "ditutup" in town.refused("user", "grant", "sari", "--by", "admin", given=given)
    assert town.holders() == {"admin"}


def test_who_cannot_grant_the_key_gets_one_clear_line(town: Town) -> None:
    with town.running():
        assert "tidak cocok" in town.refused("user", "grant", "sari", "--by", "admin", given="salah sekali ini\n")
        assert "tidak cocok" in town.refused("user", "grant", "sari", "--by", "siapa", given=f"{town.admin}\n")
        assert "tidak memegang kunci tugas" in town.refused("user", "grant", "sari", "--by", "budi", given=f"{BUDI}\n")
        assert "54 huruf" in town.refused("user", "grant", "sari", "--recovery")
        first, second = town.recovery.splitlines()
        other = "Z" if second[0] != "Z" else "Y"
        mistyped = f"{first}\n{other}{second[1:]}\n"
        assert "salah ketik di baris 2" in town.refused("user", "grant", "sari", "--recovery", given=mistyped)
        (town.folder / "lain").mkdir()
        recovery = found(Town(town.folder / "lain")).recovery
        assert "bukan milik pusat ini" in town.refused("user", "grant", "sari", "--recovery", given=f"{recovery}\n")
        assert town.holders() == {"admin"}
        town.facts("user", "grant", "sari", "--by", "admin", given=f"{town.admin}\n")
        assert "sudah memegang" in town.refused("user", "grant", "sari", "--by", "admin", given=f"{town.admin}\n")


def test_a_wrong_password_of_the_one_who_grants_counts_as_one_at_login(town: Town) -> None:
    with town.running() as port:
        for _ in range(5):
            town.refused("user", "grant", "sari", "--by", "admin", given="salah sekali ini\n")
        town.refused("user", "grant", "sari", "--by", "admin", given=f"{town.admin}\n")
        assert Browser(port).sign_in("admin", town.admin).status == 403


@pytest.mark.parametrize("given", [b"", b"\n", b"\xff\xfe sandi\n"])
@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "POSIX"])
def test_what_is_no_password_gets_one_clear_line_and_counts_as_none(town: Town, given: bytes, locale: str) -> None:
    command = [*SERVER, "user", "grant", "sari", "--by", "admin", "--data", str(town.data)]
    done = subprocess.run(command, input=given, capture_output=True, check=False, env=os.environ | {"LC_ALL": locale})
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, b"", 1), done
    centre = open_centre(town.data, threads=False)
    try:
        assert centre.read(lambda connection: users.find_user(connection, "admin"))["failures"] == 0
    finally:
        centre.close()


def test_an_undecodable_recovery_key_gets_one_clear_line(town: Town) -> None:
    command = [*SERVER, "user", "grant", "sari", "--recovery", "--data", str(town.data)]
    done = subprocess.run(command, input=b"\xff\n\xff\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, b"", 1), done


@pytest.mark.parametrize("command", ["password", "disable"])
def test_where_nobody_is_left_with_the_key_the_command_says_so(town: Town, command: str) -> None:
    assert "tidak ada lagi" not in town.call("user", command, "sari").stdout
    assert "tidak ada lagi yang memegang kunci tugas" in town.call("user", command, "admin").stdout
    assert "tidak ada lagi" not in town.call("user", command, "admin").stdout


def test_an_officer_of_a_unit_is_told_why_the_key_is_refused(town: Town) -> None:
    town.facts("user", "add", "dewi", "--role", "petugas", "--unit", "DINKES")
    refused = town.refused("user", "grant", "dewi", "--by", "admin", given=f"{town.admin}\n")
    assert "tidak terikat satu unit" in refused
    assert "grant" not in town.call("user", "add", "melki", "--role", "petugas", "--unit", "DINKES").stdout


@pytest.mark.parametrize("options", [[], ["--by", "admin", "--recovery"]])
def test_by_whom_must_be_said_once(town: Town, options: list[str]) -> None:
    done = town.call("user", "grant", "sari", *options)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "--recovery" in done.stderr


def test_only_petugas_are_told_that_they_need_a_grant(town: Town) -> None:
    assert "user grant dewi" in town.call("user", "add", "dewi", "--role", "petugas").stdout
    assert "grant" not in town.call("user", "add", "tamu", "--role", "auditor").stdout


def test_a_reset_says_that_the_key_is_gone_only_where_it_was_held(town: Town) -> None:
    assert "Kunci tugasnya berakhir" in town.call("user", "password", "admin").stdout
    assert "Kunci tugasnya berakhir" not in town.call("user", "password", "sari").stdout


def test_on_a_terminal_the_password_is_asked_for_and_not_shown(town: Town) -> None:
    ours, theirs = pty.openpty()
    command = [*SERVER, "user", "grant", "sari", "--by", "admin", "--data", str(town.data)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    seen = _read_until(ours, b"Kata sandi admin")
    os.write(ours, f"{town.admin}\n".encode())
    seen += _read_until(ours, b"memegang kunci tugas")
    assert process.wait(30) == 0
    os.close(ours)
    assert town.admin.encode() not in seen


def _read_until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        part = os.read(terminal, 1_000)
        assert part, seen
        seen += part
    return seen


def test_a_demo_has_an_officer_who_holds_the_key(tmp_path: Path) -> None:
    town = Town(tmp_path)
    facts = town.facts("init", "--demo")
    assert town.holders() == {"admin", facts["officer"]}
    assert town.call("verify").returncode == 0
    with town.running() as port:
        browser = Browser(port)
        assert browser.sign_in(facts["officer"], facts["officer_password"]).location == "/"
        assert browser.get("/").status == 200
