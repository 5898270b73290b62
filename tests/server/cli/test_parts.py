"""What commands do where a part of the centre is gone or damaged, or where nothing that they print arrives."""

import json
import os
import sqlite3
import subprocess
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from server.store.centre import DATABASE, open_database
from server.store.data_folder import FOUNDING
from tests.server.cli.test_cli import COMMAND, kasih, lines, running
from tests.server.conftest import UNIT

EVERY = [
    ["run"],
    ["verify"],
    ["export"],
    ["keys"],
    ["enrol", "--unit", UNIT],
    ["device", "list"],
    ["user", "list"],
    ["unit", "list"],
    ["bundle", "export", "/tmp"],
    ["backup", "/tmp/tidak-ditulis.tar"],
]
READING = [["verify"], ["export", "--what", "events"], ["run"]]


def contents(folder: Path) -> dict[str, bytes]:
    """The files that matter: SQLite makes its own beside them as it looks."""
    return {name: (folder / name).read_bytes() for name in (DATABASE, "centre.keys") if (folder / name).exists()}


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def into_full(*args: object) -> subprocess.CompletedProcess[str]:
    with Path("/dev/full").open("w") as full:
        return subprocess.run(
            [*COMMAND, *map(str, args)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )


def spoil(data: Path, table: str) -> None:
    """Overwrite a table's first page."""
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        size = connection.execute("pragma page_size").fetchone()[0]
        page = connection.execute("select rootpage from sqlite_master where name = ?", (table,)).fetchone()[0]
    with (data / DATABASE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("command", [["init"], *EVERY], ids=" ".join)
def test_without_its_keys_a_database_is_left_alone(data, command):
    (data / "centre.keys").unlink()
    before = contents(data)
    said = one_line(kasih(*command, "--data", data, check=1).stderr)
    assert "kunci pusat hilang" in said
    assert "kasih-server restore" in said
    assert contents(data) == before


@pytest.mark.parametrize("command", [["init"], *EVERY], ids=" ".join)
@pytest.mark.parametrize("is_empty", [False, True], ids=["gone", "empty"])
def test_without_its_database_keys_are_no_centre(data, command, is_empty):
    for file in data.glob(f"{DATABASE}*"):
        file.unlink()
    if is_empty:
        (data / DATABASE).touch()
    before = contents(data)
    said = one_line(kasih(*command, "--data", data, check=1).stderr)
    assert "basis data hilang" in said
    assert "kasih-server restore" in said
    assert contents(data) == before


def test_a_database_with_tables_alone_is_no_centre(data):
    (data / DATABASE).unlink()
    open_database(data, new=DATABASE).close()
    assert "basis data hilang" in one_line(kasih("verify", "--data", data, check=1).stderr)


@pytest.mark.parametrize("leftovers", [[DATABASE], [FOUNDING], [FOUNDING, "centre.keys"]], ids=" ".join)
def test_init_can_be_begun_again_after_it_broke_off(tmp_path, leftovers):
    data = tmp_path / "pusat"
    data.mkdir()
    for name in leftovers:
        if name == "centre.keys":
            (data / name).write_text("{}")
        else:
            open_database(data, new=name).close()
    kasih("init", "--data", data)
    assert [row["type"] for row in lines("export", "--data", data, "--what", "events")] == ["centre-founded"]
    assert not list(data.glob(f"{FOUNDING}*"))


def test_a_kiosks_folder_becomes_no_centre(tmp_path):
    (tmp_path / "kiosk.sqlite3").touch()
    assert "folder data sebuah kios" in one_line(kasih("init", "--data", tmp_path, check=1).stderr)
    assert not (tmp_path / "centre.keys").exists()


def test_damaged_keys_are_told_as_such(data):
    (data / "centre.keys").write_text('{"sign": ')
    said = one_line(kasih("verify", "--data", data, check=1).stderr)
    assert "kunci pusat rusak" in said
    assert "kasih-server restore" in said
    assert "Error" not in said


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("table", ["event", None])
def test_a_damaged_database_is_told_with_its_name_and_the_next_step(data, command, table):
    if table is None:
        (data / DATABASE).write_bytes(os.urandom(50_000))
    else:
        spoil(data, table)
    said = one_line(kasih(*command, "--data", data, check=1).stderr)
    assert f"{data / DATABASE}: berkas data rusak" in said
    assert f"kasih-server restore BERKAS --data {data} --force" in said
    assert "dijanjikan" not in said


def test_a_ledger_that_is_damaged_while_the_server_is_up_is_not_healthy(data):
    with running(data) as (_, port):
        address = f"http://127.0.0.1:{port}/health"
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert json.load(answer)["ok"] is True
        (data / DATABASE).write_bytes(os.urandom((data / DATABASE).stat().st_size))
        for wal in data.glob(f"{DATABASE}-wal"):
            os.truncate(wal, 0)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address, timeout=20)
        refused.value.close()
        assert refused.value.code == 503


@pytest.mark.parametrize(
    "args",
    [*(args for args in EVERY if args[0] not in {"export", "bundle", "backup"}), ["export", "--what", "events"]],
    ids=" ".join,
)
def test_what_cannot_be_printed_is_one_line_and_no_success(data, args):
    done = into_full(*args, "--data", data, *(["--port", "0"] if args == ["run"] else []))
    assert done.returncode == 1
    assert "keluaran tidak dapat ditulis (disk penuh)" in one_line(done.stderr)


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["enrol", "--help"]], ids=" ".join)
def test_help_that_cannot_be_printed_is_one_line_too(args):
    done = into_full(*args)
    assert (done.returncode, "disk penuh" in one_line(done.stderr)) == (1, True)


def test_a_closed_output_is_told(data):
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *COMMAND, "unit", "list", "--data", str(data)],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "keluaran standar tertutup" in one_line(done.stderr)) == (1, True)


def test_a_reader_that_has_gone_is_told(data):
    read, write = os.pipe()
    os.close(read)
    try:
        command = [*COMMAND, "unit", "list", "--data", str(data)]
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    finally:
        os.close(write)
    assert (done.returncode, "pembacanya sudah menutup" in one_line(done.stderr)) == (1, True)


def test_a_code_that_nobody_saw_is_void(data):
    done = into_full("enrol", "--unit", UNIT, "--data", data)
    assert "kode tidak tercetak dan sudah dibatalkan" in one_line(done.stderr)
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        assert connection.execute("select count(*) from enrol_code").fetchone() == (0,)
    events = [row["type"] for row in lines("export", "--data", data, "--what", "events")]
    assert events == ["centre-founded", "code-issued", "code-voided"]


def test_a_centre_whose_password_nobody_saw_is_none(tmp_path):
    data = tmp_path / "pusat"
    assert into_full("init", "--data", data).returncode == 1
    assert {file.name for file in data.iterdir()} == {"lock"}
    kasih("init", "--data", data)
    kasih("verify", "--data", data)


def test_the_hours_of_a_code_come_from_the_commands_own_environment(data, monkeypatch):
    with running(data):
        monkeypatch.setenv("KASIH_CODE_HOURS", "0")
        kasih("enrol", "--data", data, "--unit", UNIT)
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        ((made_at, expires_at),) = connection.execute("select made_at, expires_at from enrol_code").fetchall()
    assert made_at == expires_at


def test_a_kind_of_unit_that_does_not_exist_is_a_mistake(data):
    said = one_line(kasih("unit", "list", "--kind", "foo", "--data", data, check=1).stderr)
    assert "tidak ada unit berjenis foo" in said
    assert "puskesmas" in said


def test_an_empty_name_of_a_kiosk_is_told(data):
    assert "LOG kosong" in one_line(kasih("device", "revoke", "", "--data", data, check=1).stderr)


@pytest.mark.parametrize("group", [[], ["bundle"], ["device"], ["user"]], ids=" ".join)
def test_no_summary_of_a_command_is_cut(group):
    assert "..." not in kasih(*group, "--help").stdout.partition("Perintah:")[2]


def test_what_is_no_receipt_is_told_in_indonesian(data, tmp_path):
    kasih("keys", tmp_path / "keys.json", "--data", data)
    said = one_line(kasih("verify-receipt", "--keys", tmp_path / "keys.json", "KASIH1R:AB", check=1).stderr)
    assert "bukan kartu bukti yang utuh" in said
    assert "receipt" not in said
