"""`kasih-server` as people and scripts run it: real files, and a real process wherever two of them meet."""

import errno
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from base64 import b64decode
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.control import read_run_file
from server.store.keys import load_keys
from sync_protocol.bundle import MAGIC
from sync_protocol.keys import read_code
from sync_protocol.kinds import Kind
from sync_protocol.reply import read_reply
from sync_protocol.vocabulary import Identity
from tests.peers import Peer, over_http
from tests.server.conftest import UNIT
from tests.server.secret_reports import secret_body

COMMAND = [sys.executable, "-c", "from server.cli import main; main()"]


def kasih(*args, check=0):
    done = CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)
    assert done.exit_code == check, done.stderr
    return done


def process(*args):
    return subprocess.run([*COMMAND, *map(str, args)], capture_output=True, text=True, timeout=60, check=True).stdout


def lines(*args):
    return [json.loads(line) for line in kasih(*args).stdout.splitlines()]


@contextmanager
def running(data):
    """A server process on a free port; killed at the end, if it has not ended before."""
    server = subprocess.Popen([*COMMAND, "run", "--data", str(data), "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        yield server, int(address.rpartition(":")[2])
    finally:
        server.kill()
        server.communicate()


@pytest.fixture
def device(data):
    """A device that holds a code but has not been in touch."""
    code = kasih("enrol", "--data", data, "--unit", UNIT).stdout.strip()
    keys = load_keys(data)
    return Peer(keys.sign_public, code=code, intake=keys.intake_public)


def stick(tmp_path, peer):
    path = tmp_path / f"{peer.log.hex()}.kasih"
    path.write_bytes(peer.stick())
    return path


def test_init_makes_a_centre_once(tmp_path):
    data = tmp_path / "pusat"
    facts = json.loads(kasih("init", "--data", data, "--json").stdout)
    assert facts["user"] == "admin"
    assert len(facts["password"]) >= 12
    refused = kasih("init", "--data", data, check=1)
    assert "sudah ada pusat" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stdout == ""


def test_enrol_prints_a_code_and_nothing_else(data):
    printed = process("enrol", "--data", data, "--unit", UNIT)
    assert len(printed.splitlines()) == 1
    assert read_code(printed.strip()).matches(load_keys(data).sign_public)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("enrol", "--unit", "KEL-99"), "unit KEL-99 tidak dikenal"),
        (("device", "revoke", "abcd"), "tidak ada kios"),
        (("device", "confirm", "00" * 16, "--unit", UNIT), "tidak ada kios"),
        (("restore", "/tidak/ada.kasih", "--force"), "tidak dapat dibaca: berkas atau foldernya tidak ada"),
        (("bundle", "import", "/tidak/ada.kasih"), "tidak dapat dibaca"),
        (("bundle", "export", "/tmp", "--unit", "X"), "unit X tidak dikenal"),
        (("bundle", "export", "/tidak/ada.kasih"), "folder /tidak tidak ada"),
        (("bundle", "export", "/tmp/tidak-ada/"), "folder /tmp/tidak-ada/ tidak ada"),
        (("bundle", "export", "/media/ani/STIK"), "periksa apakah stiknya sudah terpasang"),
        (("bundle", "export", "/mnt/STIK"), "folder /mnt/STIK tidak ada"),
        (("run", "--workers", "2"), "PostgreSQL"),
        (("run", "--host", "203.0.113.1"), "tidak dapat dipakai"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_one(data, args, words):
    refused = kasih(*args, "--data", data, check=1)
    assert words in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [["enrol", "--unit", UNIT], ["export"], ["run"], ["device", "list"]])
def test_a_folder_without_a_centre_is_told(tmp_path, command):
    assert "tidak ada pusat" in kasih(*command, "--data", tmp_path, check=1).stderr


def test_while_the_server_is_up_commands_go_through_it(data, device):
    with running(data) as (server, port):
        left = read_run_file(data)
        assert left is not None
        assert (left.pid, left.port) == (server.pid, port)
        assert (data / "run.json").stat().st_mode & 0o777 == 0o600
        device.complain("Air mati di Namosain.", name="Ina", phone="+62811")
        device.sync(over_http(port))
        (case,) = lines("export", "--data", data, "--with-text", "--json")
        assert (case["text"], case["name"], case["phone"]) == ("Air mati di Namosain.", "Ina", "+62811")
        kasih("enrol", "--data", data, "--unit", UNIT)
        assert "tidak dikenal" in kasih("enrol", "--data", data, "--unit", "KEL-99", check=1).stderr
        assert "sedang dipakai" in kasih("run", "--data", data, check=1).stderr
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
    assert not (data / "run.json").exists()
    (case,) = lines("export", "--data", data)
    assert case["number"]
    wanted = ["number", "entry", "channel", "unit", "category", "kelurahan", "status", "filed_at", "arrived_at"]
    assert set(wanted) <= set(case)
    assert not {"text", "name", "phone"} & set(case)


def test_after_a_kill_the_next_start_works(data, device):
    with running(data) as (_, port):
        device.complain()
        device.sync(over_http(port))
    assert len(lines("export", "--data", data)) == 1
    with running(data) as (_, port):
        device.complain()
        device.sync(over_http(port))
        assert len(lines("export", "--data", data)) == 2


def test_a_stick_goes_to_the_centre_and_back(data, device, tmp_path):
    entry = device.complain("Lewat stik.")
    path = stick(tmp_path, device)
    done = kasih("bundle", "import", path, "--data", data)
    assert "2 entri baru" in done.stdout
    assert done.stderr == ""
    reply = (tmp_path / f"{device.log.hex()}.reply.kasih").read_bytes()
    read, _ = read_reply(reply, device.pinned)
    assert read.head.body.have == entry.id.hex()
    device.keep(read)
    assert len(device.received(Kind.MASTER)) == 7
    (case,) = lines("export", "--data", data)
    assert case["entry"] == entry.id.hex()
    again = json.loads(kasih("bundle", "import", path, "--data", data, "--json").stdout)
    assert (again["stored"], again["known"], again["cut"]) == (0, 2, False)


def test_of_a_cut_file_the_whole_entries_are_kept_and_one_line_says_so(data, device, tmp_path):
    for number in range(3):
        device.complain(str(number))
    path = stick(tmp_path, device)
    path.write_bytes(path.read_bytes()[:-10])
    done = kasih("bundle", "import", path, "--data", data)
    assert done.stderr.splitlines() == [f"{path} terpotong: 3 entri utuh tersimpan, akhir berkas hilang."]
    assert len(lines("export", "--data", data)) == 2


def test_a_file_cut_in_its_first_entry_is_a_cut_file_and_not_a_stranger_s(data, device, tmp_path):
    path = stick(tmp_path, device)
    path.write_bytes(path.read_bytes()[:100])
    done = kasih("bundle", "import", path, "--data", data)
    assert done.stderr.splitlines() == [f"{path} terpotong: 0 entri utuh tersimpan, akhir berkas hilang."]
    assert lines("export", "--data", data, "--what", "entries") == []


def test_a_cut_file_whose_whole_entries_are_a_stranger_s_is_refused(data, tmp_path):
    stranger = Peer(load_keys(data).sign_public, intake=load_keys(data).intake_public)
    stranger.complain()
    path = stick(tmp_path, stranger)
    path.write_bytes(path.read_bytes()[:-10])
    refused = kasih("bundle", "import", path, "--data", data, check=1)
    assert "tidak ada isi dari kios yang dikenal" in refused.stderr


@pytest.mark.parametrize("content", [b"", b"KASIH", b"bukan berkas", MAGIC, MAGIC + b"\0\x90" + b"\x01" * 0x90])
def test_a_file_that_is_no_bundle_or_not_ours_is_refused(data, tmp_path, content):
    path = tmp_path / "x.kasih"
    path.write_bytes(content)
    refused = kasih("bundle", "import", path, "--data", data, check=1)
    assert len(refused.stderr.splitlines()) == 1
    assert lines("export", "--data", data, "--what", "entries") == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["centre", "x.kasih"]


def test_a_stranger_on_a_stick_is_not_stored(data, tmp_path):
    stranger = Peer(load_keys(data).sign_public, intake=load_keys(data).intake_public)
    stranger.complain()
    refused = kasih("bundle", "import", stick(tmp_path, stranger), "--data", data, check=1)
    assert "tidak ada isi dari kios yang dikenal" in refused.stderr
    assert lines("export", "--data", data, "--what", "entries") == []
    assert [row["log"] for row in json.loads(kasih("device", "list", "--data", data, "--json").stdout)["knocking"]] == [
        stranger.log.hex()
    ]


def test_a_large_file_is_read_in_pieces(data, device, tmp_path):
    for number in range(1_000):
        device.complain(f"{number} " + os.urandom(300).hex())
    path = stick(tmp_path, device)
    assert path.stat().st_size > 500_000
    facts = json.loads(kasih("bundle", "import", path, "--data", data, "--json").stdout)
    assert facts["stored"] == 1_001
    assert len(lines("export", "--data", data)) == 1_000


def test_a_folder_of_sticks_is_imported_file_by_file(data, tmp_path):
    folder = tmp_path / "usb"
    folder.mkdir()
    for _ in range(2):
        code = kasih("enrol", "--data", data, "--unit", UNIT).stdout.strip()
        peer = Peer(load_keys(data).sign_public, code=code, intake=load_keys(data).intake_public)
        peer.complain()
        stick(folder, peer)
    (folder / "rusak.kasih").write_bytes(b"rusak")
    done = kasih("bundle", "import", folder, "--data", data, check=1)
    assert "rusak.kasih bukan berkas Kasih" in done.stderr
    assert len(list(folder.glob("*.reply.kasih"))) == 2
    assert len(lines("export", "--data", data)) == 2


def test_news_for_kiosks_are_written_to_a_file_or_a_folder(data, device, tmp_path):
    path = stick(tmp_path, device)
    kasih("bundle", "import", path, "--data", data)
    log = device.log.hex()
    kasih("bundle", "export", tmp_path / "satu.kasih", "--data", data, "--device", log[:8])
    folder = tmp_path / "usb"
    folder.mkdir()
    kasih("bundle", "export", folder, "--data", data, "--unit", UNIT)
    for file in (tmp_path / "satu.kasih", folder / f"{log}.reply.kasih"):
        read, _ = read_reply(file.read_bytes(), device.pinned)
        assert len(read.entries) == 9


def test_devices_are_listed_revoked_and_confirmed(data, device, tmp_path):
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    log = device.log.hex()
    assert "aktif" in kasih("device", "list", "--data", data).stdout
    kasih("device", "revoke", log[:10], "--data", data)
    (facts,) = json.loads(kasih("device", "list", "--data", data, "--json").stdout)["devices"]
    assert (facts["log"], facts["state"], facts["unit"]) == (log, "revoked", UNIT)
    assert "sudah dicabut" in kasih("device", "revoke", log, "--data", data, check=1).stderr
    kasih("device", "confirm", log, "--data", data)
    (facts,) = json.loads(kasih("device", "list", "--data", data, "--json").stdout)["devices"]
    assert facts["state"] == "active"


def test_a_kiosk_that_knocked_is_confirmed_by_the_beginning_of_its_log(data, tmp_path):
    stranger = Peer(load_keys(data).sign_public, intake=load_keys(data).intake_public)
    stranger.complain("Sesudah pemulihan.")
    path = stick(tmp_path, stranger)
    kasih("bundle", "import", path, "--data", data, check=1)
    log = stranger.log.hex()
    assert log in kasih("device", "list", "--data", data).stdout
    assert "tidak ada kios" in kasih("device", "revoke", log[:8], "--data", data, check=1).stderr
    assert "sebutkan unit" in kasih("device", "confirm", log[:8], "--data", data, check=1).stderr
    done = kasih("device", "confirm", log[:8].upper(), "--unit", UNIT, "--data", data, "--json")
    assert json.loads(done.stdout)["log"] == log
    kasih("bundle", "import", path, "--data", data)
    assert len(lines("export", "--data", data)) == 1


def test_units_are_listed_with_the_codes_that_other_commands_take(data):
    units = json.loads(kasih("unit", "list", "--data", data, "--json").stdout)["units"]
    assert {"code": UNIT, "name": "Kelurahan Namosain", "kind": "kelurahan", "parent": "KEC-ALAK"} in units
    clinics = kasih("unit", "list", "--kind", "puskesmas", "--data", data).stdout.splitlines()
    assert clinics
    assert all(line.startswith("PKM-") for line in clinics)
    kasih("enrol", "--data", data, "--unit", clinics[0].split()[0])


def test_an_export_with_text_names_nobody_of_a_secret_report(data, device, tmp_path):
    secret = secret_body(device.log, load_keys(data).duty_public)
    device.complain("", category="PGL", identity=Identity.SECRET, phone="+6281234500777", sms_ok=True, secret=secret)
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    (case,) = lines("export", "--with-text", "--data", data)
    assert (case["identity"], case["sealed"], case["name"], case["phone"]) == ("secret", True, "", "")


def test_an_export_with_text_tells_nothing_of_a_secret_report_that_came_without_its_seals(data, device, tmp_path):
    said = {"text": "Diancam atasan", "place": "Kantor lurah", "name": "Yuliana", "phone": "+6281234500777"}
    device.complain(**said, identity=Identity.SECRET)
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    (case,) = lines("export", "--with-text", "--data", data)
    assert {name: case[name] for name in said} == dict.fromkeys(said, "")


def test_a_report_that_was_altered_holds_up_no_export_and_no_stick(data, device, tmp_path):
    entries = [device.complain(text) for text in ("satu", "dua", "tiga")]
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    altered = entries[1].id
    with closing(sqlite3.connect(data / "centre.sqlite3")) as connection, connection:
        connection.execute("update cases set private = x'00' where id = ?", (altered,))
    device.complain("empat")
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    done = kasih("export", "--with-text", "--data", data, check=1)
    rows = {row["entry"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows[altered.hex()]["damaged"] is True
    assert {row["text"] for row in rows.values() if "damaged" not in row} == {"satu", "tiga", "empat"}
    assert "verify" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(lines("export", "--data", data)) == 4


def test_a_backup_is_replaced_only_when_that_is_asked_for(data, tmp_path):
    file = tmp_path / "pusat.kasih"
    kasih("backup", file, "--data", data)
    before = file.read_bytes()
    refused = kasih("backup", file, "--data", data, check=1)
    assert "sudah ada" in refused.stderr
    assert file.read_bytes() == before
    kasih("backup", file, "--data", data, "--force")
    assert file.read_bytes() != before


@pytest.mark.parametrize(
    ("command", "place"),
    [
        *product((["backup"], ["backup", "--force"], ["keys"]), ("centre.sqlite3", "centre.keys", "baru.kasih")),
        *product((["bundle", "export"],), ("baru.kasih", "")),
    ],
)
def test_no_command_writes_its_file_into_the_data_folder(data, device, tmp_path, command, place):
    device.complain()
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    keys = (data / "centre.keys").read_bytes()
    refused = kasih(*command, data / place, "--data", data, check=1)
    assert "folder data pusat" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert (data / "centre.keys").read_bytes() == keys
    assert not (data / "baru.kasih").exists()
    assert len(lines("export", "--data", data)) == 1


def test_entries_are_exported_as_received(data, device, tmp_path):
    entry = device.complain()
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    rows = lines("export", "--data", data, "--what", "entries")
    assert [row["kind"] for row in rows] == ["KEY", "COMPLAINT"]
    assert b64decode(rows[1]["raw"]) == entry.raw


def test_every_command_has_help_in_indonesian():
    done = kasih("--help")
    assert "Pemakaian:" in done.stdout
    for path in commands(main):
        said = kasih(*path, "--help").stdout
        assert "Pemakaian: kasih-server" in said
        english = ("OPTIONS", "COMMAND", "ARGS", "required", "FILE", "NAME", "TEXT", "INTEGER", "Show", "default", "<=")
        assert [word for word in english if word in said] == []


def commands(command, path=()):
    """The words that call each command."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


def test_it_says_its_version():
    assert re.fullmatch(r"kasih-server \d+\.\d+\.\d+\n", kasih("--version").stdout)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["enrol", "--unit", UNIT], "Kurang pilihan '--data'."),
        (["nix"], "Perintah 'nix' tidak ada."),
        (["export", "--foo"], "Pilihan '--foo' tidak ada."),
        (["export", "--data", "x", "--what", "y"], "bukan salah satu dari"),
        (["enrol", "--data", "x", "--unit", "y", "--hours", "z"], "bukan angka"),
        (["run", "--data", "x", "--port", "70000"], "70000 di luar 0 sampai 65535"),
    ],
)
def test_a_mistyped_command_gets_one_line_and_exit_code_two(args, words):
    refused = kasih(*args, check=2)
    assert words in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_reader_that_has_seen_enough_gets_no_traceback(data, device, tmp_path):
    for number in range(300):
        device.complain(str(number))
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    line = f"{sys.executable} -c 'from server.cli import main; main()' export --what entries --data {data} | head -n 1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def refuses_replies(monkeypatch):
    """A stick that can be read, and takes nothing."""
    real = os.fsync

    def fsync(descriptor):
        if Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".new":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_on_a_full_stick_the_count_is_told_and_the_missing_reply_is_one_line(data, device, tmp_path, monkeypatch, more):
    device.complain("Lewat stik.")
    path = stick(tmp_path, device)
    refuses_replies(monkeypatch)
    done = kasih("bundle", "import", path, "--data", data, *more, check=1)
    if more:
        facts = json.loads(done.stdout)
        assert (facts["stored"], facts["replies"]) == (2, [])
    else:
        assert done.stdout.splitlines() == [f"{path}: 2 entri baru disimpan, 0 sudah ada."]
    (line,) = done.stderr.splitlines()
    assert "balasan untuk kios tidak tertulis" in line
    assert {file.name for file in tmp_path.iterdir()} == {"centre", path.name}
    with closing(sqlite3.connect(data / "centre.sqlite3")) as connection:
        assert connection.execute("select count(*) from cases").fetchone()[0] == 1


def test_the_name_of_a_stranger_cannot_steer_the_terminal(data, tmp_path):
    stranger = Peer(load_keys(data).sign_public, intake=load_keys(data).intake_public, name="PC\x1b[2J\r\nKios aktif")
    stranger.complain()
    kasih("bundle", "import", stick(tmp_path, stranger), "--data", data, check=1)
    (line,) = kasih("device", "list", "--data", data).stdout.splitlines()
    assert line.endswith("PC\ufffd[2J\ufffd\ufffdKios aktif")


def test_what_a_resident_wrote_cannot_steer_the_terminal_of_who_exports_it(data, device, tmp_path):
    text = "Air mati\x1b]0;x\x07 \x9b2J \u202etxt.exe"
    device.complain(text)
    kasih("bundle", "import", stick(tmp_path, device), "--data", data)
    (line,) = kasih("export", "--with-text", "--data", data).stdout.splitlines()
    assert line.isprintable()
    assert json.loads(line)["text"] == text
