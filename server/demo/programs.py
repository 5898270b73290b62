"""The programs of the demo as processes: starting, waiting until they answer, ending."""

import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from server.demo import leash
from server.demo.errors import DemoError

READY_S: Final = 30
_KILL_S: Final = 2
_LOOK_S: Final = 0.05
_TAIL: Final = 5


def command(name: str) -> str:
    """The path of one of our console scripts, beside the Python that runs this one.

    Raises:
        DemoError: it is not installed.
    """
    path = Path(sysconfig.get_path("scripts")) / (f"{name}.exe" if sys.platform == "win32" else name)
    if not path.exists():
        raise DemoError(f"Perintah {name} tidak terpasang. Jalankan `make setup` dulu.")
    return str(path)


def environment(**settings: str | Path) -> dict[str, str]:
    """This process's variables without anybody's KASIH_ settings: those are meant for other programs than ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KASIH_")}
    return inherited | {name: str(value) for name, value in settings.items()}


def run(name: str, *arguments: str, env: Mapping[str, str], given: str | None = None) -> str:
    """Run one command to its end; gives what it printed.

    Raises:
        DemoError: it failed; the message is its last line.
    """
    ended = subprocess.run(
        [command(name), *arguments],
        env=dict(env),
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        start_new_session=True,  # Ctrl-C is for the demo, which then ends what it started.
    )
    if ended.returncode:
        said = (ended.stderr or ended.stdout).strip().splitlines() or ["tanpa pesan"]
        raise DemoError(f"{name} {arguments[0]}: {said[-1]}")
    return ended.stdout


def free_port(wanted: int) -> int:
    """The port that is wanted, or any free one where somebody else has it."""
    for port in (wanted, 0):
        try:
            with socket.socket() as probe:
                if sys.platform != "win32":  # as the programs themselves listen
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise DemoError("Tidak ada port yang bebas di 127.0.0.1.")


class Program:
    """A program that runs until it is told to end, or the demo is killed.

    Args:
        held: a file descriptor that stays open as long as the program runs.
    """

    def __init__(self, name: str, *arguments: str, env: Mapping[str, str], log: Path, held: int) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as file:
            self._begins = file.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-I", leash.__file__, command(name), *arguments],
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(held,),
            )

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def has_said(self, word: str) -> bool:
        """Whether it has printed this: its port, say, which a neighbour may have taken and answer on in its place."""
        with self._log.open("rb") as file:
            file.seek(self._begins)
            return word.encode() in file.read()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait until it answers.

        Raises:
            DemoError: it has ended instead, or is silent.
        """
        deadline = time.monotonic() + READY_S
        while not is_ready():
            if not self.is_alive:
                raise DemoError(self.last_words())
            if time.monotonic() > deadline:
                raise DemoError(f"{self.name} belum menjawab setelah {READY_S} detik. Lihat {self._log}.")
            time.sleep(_LOOK_S)

    def last_words(self) -> str:
        """What it said before it ended."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_TAIL:]
        return "\n".join([f"{self.name} berhenti sendiri. Baris terakhirnya ({self._log}):", *lines])

    def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        try:
            self._process.communicate(leash.STOP, leash.STOP_S + _KILL_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
