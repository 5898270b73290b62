"""Settings: file, then environment, then flags; a wrong one is named."""

from pathlib import Path

import pytest

from kiosk_agent.errors import SettingsError
from kiosk_agent.settings import load_settings


def test_later_sources_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(tmp_path).port == 8180
    (tmp_path / "kiosk.toml").write_text('server = "http://a"\nport = 1\npoll_s = 5\n')
    monkeypatch.setenv("KASIH_SERVER", "http://b")
    monkeypatch.setenv("KASIH_PORT", "2")
    settings = load_settings(tmp_path, {"port": 3, "server": None})
    assert (settings.server, settings.port, settings.poll_s) == ("http://b", 3, 5)


def test_a_variable_of_the_kiosk_s_own_wins_over_one_that_a_centre_reads_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KASIH_PORT", "1")
    monkeypatch.setenv("KASIH_WAIT_S", "2")
    monkeypatch.setenv("KASIH_KIOSK_PORT", "3")
    monkeypatch.setenv("KASIH_CENTRE_PORT", "4")
    settings = load_settings(tmp_path)
    assert (settings.port, settings.wait_s) == (3, 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port = 99999", "Setelan port tidak benar"),
        ("port = 'x'", "Setelan port tidak benar"),
        ("backoff_s = 0", "Setelan backoff_s tidak benar"),
        ("server = 5", "Setelan server tidak benar"),
        ("poort = 1", "Setelan poort tidak dikenal"),
        ("port = 1\nserver = =", "kiosk.toml tidak terbaca: bukan TOML yang benar, lihat baris 2"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "kiosk.toml").write_text(text)
    with pytest.raises(SettingsError, match=says):
        load_settings(tmp_path)
