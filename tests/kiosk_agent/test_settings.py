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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port = 99999", "Setelan port tidak benar"),
        ("port = 'x'", "Setelan port tidak benar"),
        ("backoff_s = 0", "Setelan backoff_s tidak benar"),
        ("server = 5", "Setelan server tidak benar"),
        ("poort = 1", "Setelan poort tidak dikenal"),
        ("[", "tidak terbaca"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "kiosk.toml").write_text(text)
    with pytest.raises(SettingsError, match=says):
        load_settings(tmp_path)
