"""The kiosk's file on the disk: who may read it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import DataFolderInUseError
from kiosk_agent.kiosk import make_kiosk, open_kiosk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there the folder's own list says who may")


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.glob("kiosk.sqlite3*")}


def test_what_sqlite_writes_is_its_owner_s_alone(data: Path) -> None:
    data.mkdir()
    kiosk = make_kiosk(data, wait_s=0)
    kiosk.store.remember("a fact", b"so that there is a log")
    found = modes(data)
    kiosk.close()
    assert found.keys() >= {"kiosk.sqlite3", "kiosk.sqlite3-wal"}
    assert set(found.values()) == {0o600}


def test_a_file_of_an_earlier_version_is_taken_from_the_others(control: Control, data: Path) -> None:
    control.close()
    (data / "kiosk.sqlite3").chmod(0o644)
    for name in ("kiosk.sqlite3-wal", "kiosk.sqlite3-shm"):
        (data / name).touch()
        (data / name).chmod(0o664)
    kiosk = open_kiosk(data, wait_s=0)
    found = modes(data)
    kiosk.close()
    assert set(found.values()) == {0o600}


def test_looking_at_the_modes_takes_the_lock_from_nobody(control: Control, data: Path) -> None:
    (data / "kiosk.sqlite3").chmod(0o644)
    with pytest.raises(DataFolderInUseError):
        open_kiosk(data, wait_s=0)
    assert modes(data)["kiosk.sqlite3"] == 0o600
    script = (
        "import pathlib, sys; from kiosk_agent.kiosk import open_kiosk; open_kiosk(pathlib.Path(sys.argv[1]), wait_s=0)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(data)], capture_output=True, timeout=60)
    assert b"DataFolderInUseError" in done.stderr
