"""The commands as people and scripts meet them: real processes, with and without a running agent."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from click.testing import CliRunner

from kiosk_agent.access import new_running, write_running
from kiosk_agent.cli import main
from kiosk_agent.control import Control
from sync_protocol.vocabulary import DeviceState
from tests.kiosk_agent.conftest import START_MS, Enrolled
from tests.kiosk_agent.server_peer import HttpPeer, Peer

KIOSK = [sys.executable, "-m", "kiosk_agent"]
GOOD = {"text": "Air mati", "category": "AIR", "kelurahan": "Namosain"}
ENGLISH = re.compile(
    r"(?<![-\"])\b(usage|options?|commands?|arguments?|args|error|missing|no such|invalid|show|exit|try|not|requires?|required"
    r"|range|version|did you mean|integer|directory|permission)\b",
    re.IGNORECASE,
)
WEB_STACK = {"litestar", "uvicorn", "jinja2"}


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands on one kiosk's folder."""

    def __init__(self, data: Path, environment: dict[str, str]) -> None:
        self.data = data
        self.environment = environment
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *args: str, **options: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*KIOSK, *args, "--data", str(self.data)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        self.started.append(process)
        return process

    def __call__(self, *args: str, given: bytes = b"") -> Said:
        process = self.start(*args)
        out, err = process.communicate(given, timeout=60)
        return Said(process.returncode, out.decode(), err.decode())

    def here(self, *args: str, given: bytes = b"") -> Said:
        """A command in this process, where it does not matter that it is one of its own."""
        done = CliRunner(env=self.environment).invoke(main, [*args, "--data", str(self.data)], input=given)
        return Said(done.exit_code, done.stdout, done.stderr)

    def run_agent(self) -> tuple[subprocess.Popen[bytes], int]:
        """Start `run` and wait for its page; returns its port too."""
        process = self.start("run", "--port", "0")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                port = json.loads((self.data / "run.json").read_bytes())["port"]
                get(port, "/")
            except (OSError, ValueError):
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                time.sleep(0.02)
            else:
                return process, port
        raise AssertionError("the agent does not answer")


def get(port: int, path: str, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    return connection.getresponse().status


def lines(*reports: Any) -> bytes:
    return b"".join(report if isinstance(report, bytes) else json.dumps(report).encode() + b"\n" for report in reports)


@pytest.fixture
def shell(control: Control, data: Path, enrolled: Enrolled, http: HttpPeer) -> Iterator[Shell]:
    """Commands on the folder of an enrolled kiosk whose centre answers over real HTTP."""
    control.close()
    settings = {"KASIH_SERVER": http.url, "KASIH_WAIT_S": "5", "KASIH_POLL_S": "600"}
    prepared = Shell(data, {**os.environ, **settings})
    yield prepared
    for process in prepared.started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def test_a_day_of_a_kiosk_without_a_running_agent(shell: Shell, peer: Peer) -> None:
    filed = shell("file", "--json", "-", given=lines(GOOD, GOOD | {"category": "PGL"}))
    assert filed.code == 0
    answers = [json.loads(line) for line in filed.out.splitlines()]
    assert [sorted(answer) for answer in answers] == [["entry", "number", "pin"]] * 2
    assert [len(answer["pin"]) for answer in answers] == [6, 16]
    assert shell.here("status", "--json").facts["queue"] == 2
    synced = shell("sync", "--json")
    assert list(synced.facts) == ["sent", "accepted", "received", "pending", "round_trips", "bytes_up", "bytes_down"]
    assert (synced.facts["sent"], synced.facts["accepted"], synced.facts["pending"]) == (2, 2, 0)
    assert {entry_id.hex() for entry_id in peer.up} >= {answer["entry"] for answer in answers}
    words = shell.here("status")
    assert words.code == 0
    assert "Antrean:" in words.out
    assert words.err == ""


def test_bad_lines_are_answered_where_they_stand_and_the_others_go_on(shell: Shell, tmp_path: Path) -> None:
    source = tmp_path / "laporan.jsonl"
    bad = (b"\xff\xfe\n", b"\n", b"{]\n", GOOD | {"kelurahan": "?"}, b"x" * 600_000 + b"\n", ["\0"], "\ud800")
    source.write_bytes(lines(GOOD, *bad, GOOD))
    said = shell("file", "--json", str(source))
    assert said.code == 1
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [answer.get("line") for answer in answers] == [None, 2, 4, 5, 6, 7, 8, None]
    assert all(set(answer) == {"line", "error"} for answer in answers if "line" in answer)
    assert said.err == ""


def test_each_line_is_answered_before_the_next_is_read(shell: Shell) -> None:
    process = shell.start("file", "--json", "-")
    assert process.stdin is not None
    assert process.stdout is not None
    numbers = set()
    for _ in range(3):
        process.stdin.write(lines(GOOD))
        process.stdin.flush()
        numbers.add(json.loads(process.stdout.readline())["number"])
    process.stdin.close()
    assert process.wait(10) == 0
    assert len(numbers) == 3


@pytest.mark.parametrize("command", [["status"], ["sync"], ["file", "--json", os.devnull]], ids=lambda args: args[0])
def test_the_small_commands_do_not_load_the_web_stack(shell: Shell, command: list[str]) -> None:
    script = (
        "import sys\n"
        "from kiosk_agent.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        f"print(sorted({WEB_STACK} & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command, "--data", str(shell.data)],
        env=shell.environment,
        capture_output=True,
        timeout=60,
    )
    assert done.stderr.decode().strip() == "[]"


def test_while_the_agent_runs_the_other_commands_reach_the_data_through_it(
    shell: Shell, peer: Peer, tmp_path: Path
) -> None:
    agent, port = shell.run_agent()
    assert stat.S_IMODE((shell.data / "run.json").stat().st_mode) == 0o600
    second = shell.here("run")
    assert (second.code, second.err.count("\n")) == (1, 1)
    assert "sudah berjalan" in second.err
    filed = shell.here("file", "--json", "-", given=lines(GOOD, b"{]\n", GOOD | {"text": ""}, GOOD))
    assert filed.code == 1
    assert [set(json.loads(line)) for line in filed.out.splitlines()] == [
        {"number", "pin", "entry"},
        {"line", "error"},
        {"line", "error"},
        {"number", "pin", "entry"},
    ]
    assert shell.here("sync").facts["pending"] == 0
    assert len(peer.complaints()) == 2
    assert shell.here("status", "--json").facts["state"] == "active"
    assert shell.here("bundle", "export", str(tmp_path)).code == 0
    (bundle,) = tmp_path.glob("*.kasih")
    reply = peer.receive(bundle.read_bytes(), unlimited=True)
    (tmp_path / "x.reply.kasih").write_bytes(reply or b"")
    assert shell.here("bundle", "import", str(tmp_path)).code == 0
    again = shell.here("enrol", "--server", shell.environment["KASIH_SERVER"], "--code", peer.new_code())
    assert (again.code, "sudah terdaftar" in again.err) == (1, True)
    token = json.loads((shell.data / "run.json").read_bytes())["token"]
    assert post_control(port, "status", token) == 200
    assert post_control(port, "status", "") == 404
    assert post_control(port, "status", token[:-1] + "x") == 404
    assert post_control(port, "status", token, Host="kasih.example") == 403
    assert post_control(port, "status", token, Origin="http://127.0.0.1:1") == 403
    agent.send_signal(signal.SIGTERM)
    assert agent.wait(15) == 0
    assert not (shell.data / "run.json").exists()


def post_control(port: int, name: str, token: str, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", f"/_control/{name}", b"", {"X-Kasih-Token": token, **headers})
    return connection.getresponse().status


def test_a_new_report_leaves_at_once_while_the_agent_runs(shell: Shell, peer: Peer) -> None:
    agent, _ = shell.run_agent()
    shell.here("file", "--json", "-", given=lines(GOOD))
    deadline = time.monotonic() + 10
    while not peer.complaints() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(peer.complaints()) == 1
    agent.send_signal(signal.SIGINT)
    assert agent.wait(15) == 0


def test_a_file_goes_on_when_the_agent_is_killed_in_the_middle_and_files_each_line_once(
    shell: Shell, peer: Peer
) -> None:
    agent, _ = shell.run_agent()
    process = shell.start("file", "--json", "-")
    assert process.stdin is not None
    assert process.stdout is not None
    answers = []
    for number in range(6):
        if number == 3:
            agent.kill()
            agent.wait()
        process.stdin.write(lines(GOOD))
        process.stdin.flush()
        answers.append(json.loads(process.stdout.readline())["entry"])
    process.stdin.close()
    assert process.wait(10) == 0
    assert (shell.data / "run.json").exists(), "the killed agent left it behind"
    assert shell.here("sync").code == 0
    assert sorted(entry.id.hex() for entry in peer.up.values() if entry.kind == 2) == sorted(answers)


def test_the_agent_is_ready_soon_and_stays_small(shell: Shell) -> None:
    started = time.monotonic()
    agent, port = shell.run_agent()
    ready_s = time.monotonic() - started
    for path in ("/", "/teknisi", "/static/page.css"):
        assert get(port, path) == 200
    resident_mb = psutil.Process(agent.pid).memory_info().rss / 2**20
    assert ready_s < 3 * slowness(), f"{ready_s:.1f} s"
    assert resident_mb <= 80, f"{resident_mb:.0f} MiB"


def slowness() -> float:
    """How much of the machine others take just now; a busy one is no failure."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["enrol", "--server", "http://127.0.0.1:9", "--code", "salah"], "salah ketik"),
        (["enrol", "--server", "pusat", "--code", "salah"], "Alamat pusat"),
        (["enrol", "--server", "http://pusat kota.id", "--code", "salah"], "Alamat pusat"),
        (["file", "--json", "/nowhere/laporan.jsonl"], "tidak bisa dibuka"),
        (["bundle", "import", "/nowhere/x.kasih"], "tidak bisa dibaca"),
        (["bundle", "export", "/nowhere/x.kasih"], "Folder /nowhere tidak ada"),
        (["bundle", "export", "/dev/null/"], "Folder /dev/null/ tidak ada"),
        (["bundle", "export", "/proc/x.kasih"], "tidak bisa ditulis"),
    ],
    ids=[
        "code",
        "address",
        "address with a space",
        "file",
        "import",
        "export",
        "export to no folder",
        "export to a disk that does not take it",
    ],
)
def test_a_person_s_mistake_is_one_line_and_exit_1(shell: Shell, args: list[str], says: str) -> None:
    said = CliRunner().invoke(main, [*args, "--data", str(shell.data)])
    assert (said.exit_code, said.stdout) == (1, "")
    assert says in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [["status"], ["run"], ["file", "--json", "-"], ["bundle", "export", "x"]])
def test_a_folder_that_is_no_kiosk_s_is_told(tmp_path: Path, args: list[str]) -> None:
    nowhere = tmp_path / "nowhere"
    said = CliRunner().invoke(main, [*args, "--data", str(nowhere)], input=lines(GOOD))
    assert said.exit_code == 1
    assert "enrol" in said.stderr
    assert not nowhere.exists()


def test_a_centre_s_folder_becomes_no_kiosk_s(tmp_path: Path) -> None:
    (tmp_path / "centre.keys").touch()
    address = ["--server", "http://127.0.0.1:9", "--code", "X"]
    said = CliRunner().invoke(main, ["enrol", "--data", str(tmp_path), *address])
    assert (said.exit_code, "milik sebuah pusat" in said.stderr) == (1, True)
    assert [file.name for file in tmp_path.iterdir()] == ["centre.keys"]


def test_a_folder_that_another_command_holds_is_waited_for(shell: Shell) -> None:
    script = (
        "import pathlib, sys; from kiosk_agent.kiosk import open_kiosk; kiosk = open_kiosk(pathlib.Path(sys.argv[1]))"
    )
    script += "; print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(shell.data)],
        env=shell.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    shell.environment["KASIH_WAIT_S"] = "0.3"
    refused = shell.here("status")
    assert (refused.code, "sedang dipakai" in refused.err) == (1, True)
    shell.environment["KASIH_WAIT_S"] = "20"
    waiting = shell.start("status", "--json")
    assert waiting.stdout is not None
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.8)
    holder.stdin.close()
    assert json.loads(waiting.stdout.readline())["queue"] == 0
    holder.wait()
    holder.stdout.close()


def test_on_a_stick_for_many_kiosks_each_finds_its_own_reply(shell: Shell, peer: Peer, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    shell.here("file", "--json", "-", given=lines(GOOD))
    assert shell.here("bundle", "export", str(stick)).code == 0
    (bundle,) = stick.glob("*.kasih")
    own = bundle.with_name(bundle.stem + ".reply.kasih")
    own.write_bytes(peer.receive(bundle.read_bytes(), unlimited=True) or b"")
    stranger = Peer(lambda: START_MS)
    stranger.device, stranger.device_key = peer.device, peer.device_key
    foreign = stranger.receive(bundle.read_bytes(), unlimited=True) or b""
    for name in ("00ff", "ff00"):
        (stick / f"{name}.reply.kasih").write_bytes(foreign)
    (stick / "rusak.reply.kasih").write_bytes(b"no bundle at all")
    os.utime(own, (1, 1))
    said = shell.here("bundle", "import", str(stick))
    assert (said.code, said.out.startswith(f"{own}: Diterima")) == (0, True)
    own.rename(stick / "surat.kasih")
    named = shell.here("bundle", "import", str(stick), "--json").facts
    assert (named["file"], named["pending"]) == (str(stick / "surat.kasih"), 0)
    (stick / "surat.kasih").unlink()
    none = shell.here("bundle", "import", str(stick))
    assert (none.code, "ada 3 berkas, tidak satu pun" in none.err) == (1, True)
    single = shell.here("bundle", "import", str(stick / "rusak.reply.kasih"))
    assert f"{stick}/rusak.reply.kasih: Berkas ini bukan berkas Kasih" in single.err


@pytest.mark.parametrize(
    "args", [["status"], ["status", "--json"], ["sync"], ["--help"], ["bundle", "export"]], ids=str
)
@pytest.mark.parametrize("output", ["full", "no reader", "closed"])
def test_an_answer_that_cannot_be_printed_is_told_in_one_line(
    shell: Shell, tmp_path: Path, args: list[str], output: str
) -> None:
    words = [*args, str(tmp_path)] if args[0] == "bundle" else args
    done = unread(shell, words, output)
    if args == ["--help"] and output != "full":
        assert done.returncode in {0, 1}, "as every program's: `--help | head -1` is no fault"
        assert b"Traceback" not in done.stderr
        return
    assert done.returncode == 1
    assert done.stderr.startswith(b"kasih-kiosk: ")
    assert done.stderr.count(b"\n") == 1
    assert not ENGLISH.search(done.stderr.decode().partition(": ")[2])


def unread(shell: Shell, args: list[str], output: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """A command whose answer gets nowhere."""
    words = [*KIOSK, *args, *(["--data", str(shell.data)] if args != ["--help"] else [])]
    if output == "closed":
        words = ["sh", "-c", 'exec "$@" >&-', "sh", *words]
    read, write = os.pipe()
    os.close(read)
    with Path("/dev/full" if output == "full" else os.devnull).open("wb") as full:
        try:
            out = write if output == "no reader" else full
            return subprocess.run(
                words, env=shell.environment, input=given, stdout=out, stderr=subprocess.PIPE, timeout=60
            )
        finally:
            os.close(write)


@pytest.mark.parametrize("output", ["full", "no reader"])
def test_a_report_whose_answer_could_not_be_printed_is_named_without_its_pin(
    shell: Shell, peer: Peer, output: str
) -> None:
    named = GOOD | {"ref": "buku 3, baris 17"}
    done = unread(shell, ["file", "--json", "-"], output, lines(named, GOOD))
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (1, 1)
    assert "Baris 1 sudah tersimpan dengan nomor" in said
    assert "Ulangi baris itu dengan ref yang sama" in said
    again = shell("file", "--json", "-", given=lines(named)).facts
    assert f"nomor {again['number']}," in said
    assert again["pin"] not in said
    assert shell.here("status", "--json").facts["filed"] == 1
    done = unread(shell, ["file", "--json", "-"], output, lines(GOOD, GOOD))
    assert "tanpa ref" in done.stderr.decode()
    assert shell.here("status", "--json").facts["filed"] == 2


def test_nothing_is_filed_where_no_answer_can_be_given(shell: Shell) -> None:
    done = unread(shell, ["file", "--json", "-"], "closed", lines(GOOD))
    assert (done.returncode, done.stderr) == (
        1,
        b"kasih-kiosk: Keluaran tertutup, jadi tidak ada yang bisa dijawab.\n",
    )
    assert shell.here("status", "--json").facts["filed"] == 0


def test_answers_are_readable_and_a_file_of_windows_is_taken(shell: Shell) -> None:
    given = b"\xef\xbb\xbf" + lines(GOOD, GOOD | {"kelurahan": "\u00c9ndé"}).replace(b"\n", b"\r\n")
    said = shell("file", "--json", "-", given=given)
    first, second = said.out.splitlines()
    assert "number" in json.loads(first)
    assert "“Éndé”" in second
    shell.environment["PYTHONIOENCODING"] = "ascii"
    plain = shell("file", "--json", "-", given=given).out.splitlines()[1]
    assert json.loads(plain) == json.loads(second)


def test_a_sync_of_a_revoked_kiosk_says_so(shell: Shell, peer: Peer) -> None:
    peer.state = DeviceState.REVOKED
    said = shell.here("sync")
    assert (said.code, said.facts["pending"]) == (1, 0)
    assert "dicabut oleh pusat" in said.err


def test_the_list_of_commands_is_not_cut_off() -> None:
    for args in (["--help"], ["bundle", "--help"]):
        assert "..." not in CliRunner().invoke(main, args).stdout.partition("Perintah:")[2]


def test_a_silent_program_on_the_port_of_a_killed_agent_holds_nobody_up(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_running(shell.data, new_running(silent.getsockname()[1]))
        assert shell("status", "--json").facts["queue"] == 0


def test_a_sync_that_fails_says_what_it_did_and_why(shell: Shell, http: HttpPeer) -> None:
    http.close()
    said = shell.here("sync")
    assert said.code == 1
    assert said.facts["round_trips"] == 1
    assert f"Pusat tidak terjangkau di {http.url}." in said.err


@pytest.mark.parametrize("command", ["sync", "run"])
def test_an_address_that_is_none_is_told_in_one_line(shell: Shell, command: str) -> None:
    shell.environment["KASIH_SERVER"] = "http://pusat..kota.id:8000"
    said = shell(command)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "Alamat pusat tidak benar" in said.err


@pytest.mark.parametrize("args", [[], ["enrol"], ["run"], ["file"], ["sync"], ["status"], ["bundle", "export"]])
def test_every_command_explains_itself_in_indonesian(args: list[str]) -> None:
    said = CliRunner().invoke(main, [*args, "--help"])
    assert said.exit_code == 0
    assert said.stdout.startswith("Pemakaian: ")
    assert not ENGLISH.search(said.stdout)


@pytest.mark.parametrize(
    "args",
    [
        ["stat"],
        ["status"],
        ["status", "--dta", "x"],
        ["status", "--data"],
        ["status", "--data", "x", "y"],
        ["status", "--data", "x", "--json=1"],
        ["run", "--data", "x", "--port", "satu"],
        ["run", "--data", "x", "--port", "99999"],
        ["bundle", "export", "--data", "x"],
        ["bundle", "eksport"],
    ],
    ids=" ".join,
)
def test_a_mistyped_command_is_one_line_in_indonesian_and_exit_2(args: list[str]) -> None:
    said = CliRunner().invoke(main, args)
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith("kasih-kiosk: ")
    assert said.stderr.endswith(" --help)\n")
    assert said.stderr.count("\n") == 1
    assert not ENGLISH.search(said.stderr)


@pytest.mark.parametrize("args", [[], ["bundle"]], ids=["nothing", "half"])
def test_who_types_no_command_is_shown_which_there_are(args: list[str]) -> None:
    said = CliRunner().invoke(main, args)
    assert said.exit_code == 2
    assert "Perintah:" in said.stderr
    assert not ENGLISH.search(said.stderr)


def test_the_console_of_a_running_kiosk_speaks_indonesian(shell: Shell) -> None:
    agent, port = shell.run_agent()
    agent.send_signal(signal.SIGINT)
    out, err = agent.communicate(timeout=15)
    assert out.decode() == f"Halaman kios: http://127.0.0.1:{port}/ (berhenti dengan Ctrl-C)\n"
    assert b"uvicorn" not in err
    assert b"CTRL+C" not in err
