"""`user add|password|disable|list`, and that a running centre takes them too."""

import json
import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.errors import LoginRefusedError
from server.store import users
from server.store.centre import open_centre
from tests.server.web.browser import Browser


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def added(data: Path, name: str, *more: str) -> str:
    result = run("user", "add", name, "--data", data, "--json", *more)
    assert result.exit_code == 0, result.stderr
    return str(json.loads(result.stdout)["password"])


def credentials(data: Path, name: str) -> users.Credentials:
    centre = open_centre(data, threads=False)
    try:
        found = centre.read(lambda connection: users.credentials(connection, name, centre.clock()))
    finally:
        centre.close()
    assert found is not None
    return found


def test_a_new_user_gets_a_one_time_password(data):
    password = added(data, "Siti", "--role", "opd", "--unit", "DINKES", "--full-name", "dr. Siti")
    assert re.fullmatch(r"([a-z2-9]{5}-){2}[a-z2-9]{5}", password)
    found = users.check_password(credentials(data, "siti"), password)
    assert found.must_change
    assert (found.viewer.role, found.viewer.unit) == ("opd", "DINKES")


@pytest.mark.parametrize(
    "args",
    [
        ["admin", "--role", "petugas"],
        ["x", "--role", "petugas"],
        ["nama dengan spasi", "--role", "petugas"],
        ["<b>", "--role", "petugas"],
        ["siti", "--role", "opd"],
        ["siti", "--role", "opd", "--unit", "TIDAK-ADA"],
    ],
)
def test_what_cannot_be_a_user_gets_one_clear_line(data, args):
    result = run("user", "add", *args, "--data", data)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""
    assert len(json.loads(run("user", "list", "--data", data, "--json").stdout)["users"]) == 1


def test_a_new_password_makes_the_old_one_and_the_old_grants_useless(data):
    centre = open_centre(data, threads=False)
    grants = "select count(*) from duty_grant where user = 1"
    assert centre.read(lambda connection: connection.execute(grants).fetchone()[0]) == 1
    centre.close()
    password = json.loads(run("user", "password", "admin", "--data", data, "--json").stdout)["password"]
    assert users.check_password(credentials(data, "admin"), password).must_change
    centre = open_centre(data, threads=False)
    assert centre.read(lambda connection: connection.execute(grants).fetchone()[0]) == 0
    centre.close()


def test_a_short_name_does_not_stand_in_the_password_that_is_drawn(data, monkeypatch):
    draws = iter("nsabcdefghjkmpq" + "abcdefghjkmnpqr")
    monkeypatch.setattr(secrets, "choice", lambda _: next(draws))
    assert added(data, "ns", "--role", "petugas") == "abcde-fghjk-mnpqr"


def test_a_disabled_user_is_listed_and_not_let_in(data):
    password = added(data, "siti", "--role", "petugas")
    assert run("user", "disable", "siti", "--data", data).exit_code == 0
    assert not credentials(data, "siti").usable
    with pytest.raises(LoginRefusedError):
        users.check_password(credentials(data, "siti"), password)
    listed = run("user", "list", "--data", data)
    assert "ditutup" in listed.stdout
    assert password not in run("user", "list", "--data", data, "--json").stdout


def test_a_closed_account_stays_closed_until_it_is_opened_again(data):
    password = added(data, "siti", "--role", "petugas")
    run("user", "disable", "siti", "--data", data)
    assert "user enable siti" in run("user", "password", "siti", "--data", data).stdout
    assert not credentials(data, "siti").usable
    assert run("user", "enable", "Siti", "--data", data).exit_code == 0
    password = json.loads(run("user", "password", "siti", "--data", data, "--json").stdout)["password"]
    assert users.check_password(credentials(data, "siti"), password).usable
    assert "ditutup" not in run("user", "list", "--data", data).stdout
    assert run("verify", "--data", data).exit_code == 0


@pytest.mark.parametrize("command", ["password", "disable", "enable"])
def test_an_unknown_user_gets_one_clear_line(data, command):
    result = run("user", command, "tidak-ada", "--data", data)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


def test_a_running_centre_takes_users_and_backups_and_is_verified(data, tmp_path):
    program = [sys.executable, "-c", "from server.cli import main; main()", "run", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        password = added(data, "siti", "--role", "petugas")
        browser = Browser(port)
        assert browser.sign_in("siti", password).location == "/"
        assert browser.get("/").location == "/sandi"
        assert run("backup", tmp_path / "pusat.kasih", "--data", data).exit_code == 0
        assert run("restore", tmp_path / "pusat.kasih", "--data", data, "--force").exit_code == 1
        assert run("verify", "--data", data).exit_code == 0
        assert run("user", "disable", "siti", "--data", data).exit_code == 0
        assert browser.get("/sandi").location.startswith("/masuk")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stdout is not None
        process.stdout.close()
    assert run("restore", tmp_path / "pusat.kasih", "--data", data, "--force").exit_code == 0
    assert run("verify", "--data", data).exit_code == 0
