"""The demo's folder: where the data of its programs lies, and what has to be known again at the next start."""

import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from server.demo.errors import DemoError
from server.reasons import why

NOTES: Final = "demo.json"
LOCK: Final = "demo.lock"
_WAIT_S: Final = 3
"""The programs of a demo that was killed end within a second or so."""
_POLL_S: Final = 0.1
_ELSEWHERE: Final = "Folder lain: make demo ARGS='--data FOLDER'."


class Notes(Struct, kw_only=True):
    """What the demo remembers of what it has set up."""

    user: str = ""
    password: str = ""
    officer: str = ""
    officer_password: str = ""
    code: str = ""
    """Of the kiosk's enrolment, kept for a demo that is killed within it: an enrolled kiosk takes no other code."""
    has_kiosk: bool = False
    has_samples: bool = False


class Folder:
    """One demo at a time on one folder.

    Raises:
        DemoError: another demo runs on it, or it is somebody else's.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self.path = path.resolve()
        if self.path.exists() and any(self.path.iterdir()) and not (self.path / LOCK).exists():
            raise DemoError(f"{path} berisi berkas lain. {_ELSEWHERE}")
        self.lock = self._take(path)
        """Held by us and by the programs that we start: another demo begins when the last of them has ended."""
        if fresh:
            self._clear()
        notes = self.path / NOTES
        self.notes = msgspec.json.decode(notes.read_bytes(), type=Notes) if notes.exists() else Notes()

    @property
    def centre(self) -> Path:
        """The centre's data."""
        return self.path / "pusat"

    @property
    def kiosk(self) -> Path:
        """The kiosk's data."""
        return self.path / "kios"

    @property
    def kiosk_keys(self) -> Path:
        """The kiosk's storage key, which never lies in its data folder."""
        return self.path / "kunci-kios"

    def log(self, name: str) -> Path:
        """What a program says goes here."""
        return self.path / f"{name}.log"

    def remember(self) -> None:
        """Keep the notes; they hold a password, so they are for this user alone."""
        part = self.path / f"{NOTES}.part"
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self.notes))
        part.replace(self.path / NOTES)

    def close(self) -> None:
        """Let another demo use it."""
        os.close(self.lock)

    def _take(self, path: Path) -> int:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DemoError(f"Folder {path} tidak bisa dipakai: {why(error)}.") from error
        deadline = time.monotonic() + _WAIT_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except OSError as error:
                if time.monotonic() >= deadline:
                    os.close(lock)
                    raise DemoError(f"Demo lain sedang berjalan di {path}. Hentikan dulu. {_ELSEWHERE}") from error
                time.sleep(_POLL_S)

    def _clear(self) -> None:
        for leftover in self.path.iterdir():
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            elif leftover.name != LOCK:
                leftover.unlink()
