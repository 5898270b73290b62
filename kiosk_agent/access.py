"""The command line's way to a kiosk's data: the agent that is running, else the folder itself.

While `run` is up, `run.json` in the data folder names its port and a token that only who may read the folder can know.
"""

import contextlib
import http.client
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from kiosk_agent.control import Control, EnrolAnswer, SyncAnswer
from kiosk_agent.errors import ControlError, DataFolderInUseError, IntakeError, KioskError, NotSavedError
from kiosk_agent.intake.lines import Answer
from kiosk_agent.kiosk import Status, make_kiosk, open_kiosk
from kiosk_agent.settings import load_settings
from kiosk_agent.sms_desk.aside import Aside
from kiosk_agent.sync.usb import Exported, Imported

FILE: Final = "run.json"
PREFIX: Final = "/_control/"
TOKEN_HEADER: Final = "X-Kasih-Token"
HOST: Final = "127.0.0.1"
_RETRY_S: Final = 0.1
_OK, _UNKNOWN, _REFUSED = 200, 404, 422
_TIMEOUT_S: Final = 900
_PING_S: Final = 5.0

T = TypeVar("T")


class Running(Struct, frozen=True):
    """Where a running agent listens."""

    port: int
    token: str
    pid: int


class Refusal(Struct):
    """How a running agent says that something cannot be done."""

    code: str
    error: str
    field: str = ""


class FileRequest(Struct):
    """What a running agent needs to file a report. From the reference follows the PIN: it has no place in a URL."""

    line: bytes
    ref: bytes


class EnrolRequest(Struct):
    """What a running agent needs to enrol once more."""

    server: str
    code: str


class GoneError(Exception):
    """The running agent is not there any more, or never was."""


def new_running(port: int) -> Running:
    """This agent, under a token of its own."""
    return Running(port=port, token=secrets.token_hex(32), pid=os.getpid())


def write_running(folder: Path, running: Running) -> None:
    """Say where this agent listens, in a file that its owner alone may read.

    Raises:
        OSError: the disk does not take it.
    """
    temporary = folder / f".{FILE}.tmp"
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(running))
    temporary.replace(folder / FILE)


def remove_running(folder: Path) -> None:
    """Take that file away; where the disk lets nobody, it does no harm: nobody answers to its token."""
    with contextlib.suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)


def read_running(folder: Path) -> Running | None:
    """Where an agent says that it listens; it may have ended without taking the file away."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None


class Remote:
    """The commands of a kiosk whose agent is running, over loopback; the same methods as `Control`."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._connection = http.client.HTTPConnection(HOST, running.port, timeout=_TIMEOUT_S)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def check(self) -> None:
        """Make sure that it is the agent of this folder.

        Raises:
            GoneError: it is not.
        """
        # Whoever is silent here is another program, on the port of an agent that was killed.
        self._connection.timeout = _PING_S
        try:
            self._ask("ping")
        except ControlError as error:
            raise GoneError from error
        self._connection.close()
        self._connection.timeout = _TIMEOUT_S

    def file(self, line: bytes, ref: bytes) -> Answer:
        """File a report that is given as a line of JSON."""
        body = msgspec.json.encode(FileRequest(line=line, ref=ref))
        return msgspec.json.decode(self._ask("file", body), type=Answer)

    def status(self) -> Status:
        """How the kiosk is."""
        return msgspec.json.decode(self._ask("status"), type=Status)

    def sync(self) -> SyncAnswer:
        """Exchange, and say what came of it."""
        return msgspec.json.decode(self._ask("sync"), type=SyncAnswer)

    def enrol(self, server: str, code: str) -> EnrolAnswer:
        """Enrol once more."""
        body = msgspec.json.encode(EnrolRequest(server=server, code=code))
        return msgspec.json.decode(self._ask("enrol", body), type=EnrolAnswer)

    def export(self) -> Exported:
        """A bundle for a stick."""
        return msgspec.json.decode(self._ask("export"), type=Exported)

    def import_(self, data: bytes) -> Imported:
        """Take a file of the centre's."""
        return msgspec.json.decode(self._ask("import", data), type=Imported)

    def quarantine(self, *, with_content: bool = False) -> list[Aside]:
        """The SMS that were put aside."""
        return msgspec.json.decode(self._ask("quarantine", b"content" if with_content else b""), type=list[Aside])

    def _ask(self, what: str, body: bytes = b"") -> bytes:
        headers = {TOKEN_HEADER: self._running.token, "Content-Type": "application/octet-stream"}
        try:
            self._connection.request("POST", PREFIX + what, body, headers)
            response = self._connection.getresponse()
            data = response.read()
        except TimeoutError as error:
            self._connection.close()
            raise ControlError("Perintah ini belum selesai setelah lama ditunggu; agen kios meneruskannya.") from error
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise GoneError from error
        if response.status == _REFUSED:
            raise _error_of(msgspec.json.decode(data, type=Refusal))
        if response.status == _UNKNOWN:
            raise GoneError  # Another program on that port, or an agent of another start.
        if response.status != _OK:
            raise ControlError(f"Agen kios gagal menjalankan perintah ini (HTTP {response.status}); lihat catatannya.")
        return data


Access = Control | Remote


@contextmanager
def access(folder: Path, *, make: bool = False, wait_s: float | None = None) -> Iterator[Access]:
    """Reach a kiosk's data, through the running agent or directly.

    Args:
        make: a folder that is no kiosk's yet will do.

    Raises:
        DataFolderInUseError: another command holds the folder, and still does after the wait.
        SetupError: it cannot be used.
    """
    found = _find(folder, make=make, wait_s=wait_s)
    with contextlib.closing(found):
        yield found


def _find(folder: Path, *, make: bool, wait_s: float | None) -> Access:
    opener: Callable[..., Any] = make_kiosk if make else open_kiosk
    if wait_s is None:
        wait_s = load_settings(folder).wait_s
    deadline = time.monotonic() + wait_s
    while True:
        running = read_running(folder)
        if running is not None:
            remote = Remote(running)
            try:
                remote.check()
            except GoneError:
                remote.close()
            else:
                return remote
        try:
            return Control(opener(folder, wait_s=0))
        except DataFolderInUseError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_S)


def _error_of(refusal: Refusal) -> KioskError:
    """The error that the agent met, as far as the command line treats it in a way of its own."""
    if refusal.code == NotSavedError.code:
        return NotSavedError(refusal.error)
    if refusal.field or refusal.code in _INTAKE_CODES:
        return IntakeError(refusal.error, refusal.field)
    error = ControlError(refusal.error)
    error.code = refusal.code
    return error


_INTAKE_CODES: Final = frozenset({IntakeError.code, *(kind.code for kind in IntakeError.__subclasses__())})
