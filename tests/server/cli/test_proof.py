"""`verify`, `keys`, `verify-receipt`: what anybody can check, and the lines they get."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.store.centre import DATABASE
from sync_protocol.receipt import write_receipt


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def filed(centre, enrol, send):
    """A complaint at the centre; the folder is free again."""
    peer = enrol()
    entry = peer.complain("Lampu jalan mati.")
    peer.sync(send)
    centre.close()
    return entry


def test_a_centre_that_holds_says_so(filed, data):
    result = run("verify", "--data", data)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "Semuanya cocok."
    facts = json.loads(run("verify", "--data", data, "--json").stdout)
    assert (facts["ok"], facts["entries"], facts["cases"]) == (True, 2, 1)


def test_each_thing_that_does_not_hold_has_a_line_and_the_exit_code_is_1(filed, data):
    with closing(sqlite3.connect(data / DATABASE)) as connection, connection:
        connection.execute("update cases set status = 'SELESAI'")
    result = run("verify", "--data", data)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len([line for line in lines if "status" in line and "buku besar n=2" in line]) == 1
    assert lines[-1] == "1 hal tidak cocok."
    found = run("verify", "--data", data, "--json").stdout.splitlines()
    assert json.loads(found[0])["code"] == "case"
    assert json.loads(found[-1])["ok"] is False


def test_a_fold_that_cannot_be_finished_is_told_and_all_else_is_looked_at(filed, data):
    with closing(sqlite3.connect(data / DATABASE)) as connection, connection:
        connection.execute("update entry set received_at = received_at + 1")
        connection.execute("update meta set value = '0' where key = 'folded'")
        connection.execute("create trigger stop before insert on cases begin select raise(abort, 'no'); end")
    result = run("verify", "--data", data)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    lines = result.stdout.splitlines()
    assert lines[0].startswith("lipatan")
    assert any(line.startswith("buku besar n=1") for line in lines)


def test_a_folder_that_another_process_holds_is_no_finding(data, centre, monkeypatch):
    monkeypatch.setenv("KASIH_WAIT_S", "0.01")
    result = run("verify", "--data", data)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "sedang dipakai" in result.stderr


def test_a_receipt_is_checked_offline_with_the_published_keys(filed, data, tmp_path):
    written = run("keys", tmp_path / "kunci.json", "--data", data, "--json")
    assert json.loads(written.stdout) == {"file": str(tmp_path / "kunci.json"), "devices": 1}
    data.rename(tmp_path / "jauh")
    result = run("verify-receipt", "--keys", tmp_path / "kunci.json", write_receipt(filed))
    assert result.exit_code == 0
    assert "SAH" in result.stdout
    assert "Kelurahan Namosain (Kios uji)" in result.stdout
    facts = json.loads(run("verify-receipt", "--keys", tmp_path / "kunci.json", write_receipt(filed), "--json").stdout)
    assert facts["entry"] == filed.id.hex()
    assert facts["filed_at"] == "2026-11-18T19:06:40+08:00"


def test_keys_without_a_file_go_to_standard_output(filed, data):
    published = json.loads(run("keys", "--data", data, "--json").stdout)
    assert published["format"] == "kasih-keys-1"
    assert len(published["devices"]) == 1
    secret = json.loads((data / "centre.keys").read_text())
    text = json.dumps(published)
    assert not any(word in text for word in (secret["sign"], secret["field"], *secret["intake"]))


def test_a_file_of_keys_is_replaced_only_when_that_is_asked_for(filed, data, tmp_path):
    file = tmp_path / "kunci.json"
    file.write_text("kunci lama")
    refused = run("keys", file, "--data", data)
    assert (refused.exit_code, file.read_text()) == (1, "kunci lama")
    assert "sudah ada" in refused.stderr
    assert run("keys", file, "--data", data, "--force").exit_code == 0
    assert json.loads(file.read_text())["format"] == "kasih-keys-1"


def test_an_altered_receipt_proves_nothing(filed, data, tmp_path):
    run("keys", tmp_path / "kunci.json", "--data", data)
    text = write_receipt(filed)
    for at in range(8, len(text), 7):
        altered = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        result = run("verify-receipt", "--keys", tmp_path / "kunci.json", altered)
        assert result.exit_code == 1, at
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["", "KASIH1R:", "KASIH1R:AAAA", "https://contoh.invalid", "KASIH1R:" + "A" * 256])
def test_what_is_no_receipt_gets_one_clear_line(filed, data, tmp_path, text):
    run("keys", tmp_path / "kunci.json", "--data", data)
    result = run("verify-receipt", "--keys", tmp_path / "kunci.json", text)
    assert result.exit_code == 1
    assert result.stdout == ""


def test_the_receipt_of_another_entry_than_a_complaint_proves_nothing(centre, enrol, send, data, tmp_path):
    peer = enrol()
    note = peer.health(queue=1)
    peer.sync(send)
    centre.close()
    run("keys", tmp_path / "kunci.json", "--data", data)
    assert run("verify-receipt", "--keys", tmp_path / "kunci.json", write_receipt(note)).exit_code == 1


def test_a_receipt_of_a_kiosk_that_was_revoked_later_says_so(centre, enrol, send, data, tmp_path):
    from server.actions.revoke_device import revoke_device

    peer = enrol()
    entry = peer.complain("Sebelum dicabut.")
    peer.sync(send)
    revoke_device(centre, peer.log, actor="cli")
    centre.close()
    run("keys", tmp_path / "kunci.json", "--data", data)
    result = run("verify-receipt", "--keys", tmp_path / "kunci.json", write_receipt(entry))
    assert result.exit_code == 0
    assert "dicabut" in result.stderr


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"format":"kasih-keys-9"}'])
def test_a_file_that_holds_no_keys_gets_one_clear_line(tmp_path, content):
    (tmp_path / "kunci.json").write_bytes(content)
    result = run("verify-receipt", "--keys", tmp_path / "kunci.json", "KASIH1R:AAAA")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


@pytest.mark.parametrize("claimed", [2**48 - 1, 253_402_300_800_000, 1])
def test_a_report_from_an_impossible_year_is_exported_and_its_receipt_checked(
    centre, enrol, send, data, tmp_path, claimed
):
    peer = enrol()
    peer.clock = lambda: claimed
    text = write_receipt(peer.complain("Lampu jalan mati."))
    peer.clock = centre.clock
    peer.sync(send)
    centre.close()
    exported = [json.loads(line) for line in run("export", "--data", str(data)).output.splitlines()]
    assert [row["claimed_at"][:4] for row in exported] == ["1970" if claimed == 1 else "9999"]
    keys = tmp_path / "keys.json"
    assert run("keys", "--data", str(data), str(keys)).exit_code == 0
    assert run("verify-receipt", "--keys", str(keys), text).exit_code == 0
