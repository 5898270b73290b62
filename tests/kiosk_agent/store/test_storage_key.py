"""The key outside the data folder: without it, nothing in the folder can be used."""

import shutil
import stat
from pathlib import Path

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import StorageKeyError
from kiosk_agent.kiosk import open_kiosk
from kiosk_agent.store.storage_key import load_key, new_key


def test_the_key_lies_outside_the_data_folder_for_its_owner_alone(control: Control, key_folder: Path) -> None:
    (file,) = key_folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_bytes()
    control.close()
    for inside in control.kiosk.data.iterdir():
        assert key not in inside.read_bytes()


def test_the_private_keys_are_not_readable_in_the_data_folder(control: Control) -> None:
    keys = control.kiosk.store.device
    control.close()
    held = b"".join(file.read_bytes() for file in control.kiosk.data.iterdir())
    assert keys.log in held, "headers are plain"
    assert keys.sign.private_bytes_raw() not in held
    assert keys.seal.private_bytes_raw() not in held


def test_a_folder_without_its_key_says_what_to_do(control: Control, key_folder: Path) -> None:
    control.close()
    shutil.rmtree(key_folder)
    with pytest.raises(StorageKeyError, match="tidak ditemukan"):
        open_kiosk(control.kiosk.data, wait_s=0)


def test_another_folder_s_key_does_not_fit(control: Control, key_folder: Path) -> None:
    (file,) = key_folder.iterdir()
    name, _ = new_key()
    control.close()
    (key_folder / f"{name}.key").replace(file)
    with pytest.raises(StorageKeyError, match="tidak cocok"):
        open_kiosk(control.kiosk.data, wait_s=0)
    file.write_bytes(b"short")
    with pytest.raises(StorageKeyError, match="rusak"):
        open_kiosk(control.kiosk.data, wait_s=0)


def test_a_credential_of_systemd_serves_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "kasih-storage-key").write_bytes(b"handed over by systemd, 32 bytes")
    monkeypatch.delenv("KASIH_KEY_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    first, key = new_key()
    second, other = new_key()
    assert not (tmp_path / "state").exists()
    assert load_key(first).decrypt(b"x", key.encrypt(b"x", b"data")) == b"data"
    with pytest.raises(StorageKeyError):
        load_key(second).decrypt(b"x", key.encrypt(b"x", b"data"))
    assert other.derive(b"ref") != key.derive(b"ref")


@pytest.mark.parametrize("size", [0, 1, 31])
def test_a_credential_that_could_be_guessed_is_refused_and_told_how_to_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    file = tmp_path / "kasih-storage-key"
    file.write_bytes(b"x" * 32)
    monkeypatch.delenv("KASIH_KEY_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    name, _ = new_key()
    file.write_bytes(b"x" * size)
    how = r"kasih-storage-key berisi \d+ byte.* --name=kasih-storage-key "
    with pytest.raises(StorageKeyError, match=how):
        new_key()
    with pytest.raises(StorageKeyError, match=how):
        load_key(name)


def test_without_any_setting_it_lies_in_a_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KASIH_KEY_DIR")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    name, _ = new_key()
    assert (tmp_path / "kasih" / "keys" / f"{name}.key").exists()


def test_what_is_encrypted_for_one_purpose_cannot_be_read_for_another() -> None:
    _, key = new_key()
    with pytest.raises(StorageKeyError):
        key.decrypt(b"one", key.encrypt(b"another", b"data"))
