"""`kasih-kiosk file`: reports as JSON lines, each stored before its answer, and answered before the next is read."""

import codecs
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO, Any, Final, NoReturn

import click
from msgspec import to_builtins

from kiosk_agent.access import Access, GoneError, access
from kiosk_agent.cli.group import check_output, data_option, fail, say
from kiosk_agent.control import Control
from kiosk_agent.errors import IntakeError, NotSavedError, OutputError
from kiosk_agent.intake.lines import MAX_LINE, Answer, read_line
from kiosk_agent.reasons import why

_TRIES: Final = 3
_IDLE_S: Final = 0.3
_HOLD_S: Final = 2.0
_GIVE_WAY_S: Final = 0.2
"""Longer than the pause between two tries of an agent that waits for the folder."""


@click.command()
@data_option
@click.option(
    "--json", "source", required=True, metavar="FILE", help="Berkas berisi baris-baris JSON; - membaca masukan baku."
)
def file(data: Path, source: str) -> None:
    """Masukkan laporan dari baris-baris JSON.

    Kolom: text, category, kelurahan; boleh juga place, identity (open, anonymous, secret, unnamed), name, phone,
    sms_ok, accused_unit, channel, ref. Kolom lain ditolak.

    "ref" adalah nama dari Anda untuk satu laporan, misalnya "buku 3, baris 17". Baris dengan ref dan isi yang sama
    disimpan sekali saja dan dijawab sama, jadi boleh diulang; dengan isi lain baris itu ditolak.

    Tiap baris disimpan dulu, baru dijawab dengan {"number", "pin", "entry"}. Baris yang salah dijawab dengan {"line",
    "error"}, yang lain tetap diproses, dan kode keluar menjadi 1.
    """
    check_output()
    with _open(source) as lines:
        clerk = Clerk(data)
        try:
            for number, line in enumerate(read_lines(lines), start=1):
                if line.strip():
                    clerk.take(number, line)
        finally:
            clerk.close()
    if clerk.has_failed:
        sys.exit(1)


class Clerk:
    """Files line after line, and goes on by the other way where a running agent ends or starts meanwhile.

    Without a running agent it holds the data folder itself. Then it lets go of it when no line comes for a moment, and
    for a moment now and then when lines come without end: else no agent could start again as long as a script files.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._way: AbstractContextManager[Access] | None = None
        self._access: Access | None = None
        self._held_since_s = self._filed_at_s = 0.0
        self._busy = Lock()
        self._ended = Event()
        self._watch = Thread(target=self._let_go_when_idle, name="idle", daemon=True)
        self.has_failed = False

    def close(self) -> None:
        """Let go of the data."""
        self._ended.set()
        with self._busy:
            self._let_go()

    def take(self, number: int, line: bytes) -> None:
        """File a line and say what it became."""
        said: dict[str, Any]
        answer: Answer | None = None
        try:
            with self._busy:
                answer = self._file(line)
                said = to_builtins(answer)
                self._filed_at_s = time.monotonic()
        except (IntakeError, NotSavedError) as error:
            self.has_failed = True
            said = {"line": number, "error": str(error)}
        try:
            say(said)
        except OutputError as error:
            if answer is None:
                raise OutputError(f"{error} Baris {number} tidak disimpan: {said['error']}") from error
            _tell_unprinted(number, line, answer, error)

    def _file(self, line: bytes) -> Answer:
        ref = secrets.token_bytes(16)  # The same for each try, so that a line is filed once.
        for left in reversed(range(_TRIES)):
            try:
                return self._reached().file(line, ref)
            except GoneError:
                self._let_go()
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _reached(self) -> Access:
        if isinstance(self._access, Control) and time.monotonic() - self._held_since_s > _HOLD_S:
            self._let_go()
            time.sleep(_GIVE_WAY_S)
        if self._access is None:
            self._way = access(self._data)
            self._access = self._way.__enter__()
            self._held_since_s = self._filed_at_s = time.monotonic()
            if not self._watch.is_alive():
                self._watch.start()
        return self._access

    def _let_go_when_idle(self) -> None:
        while not self._ended.wait(_IDLE_S / 3):
            with self._busy:
                if isinstance(self._access, Control) and time.monotonic() - self._filed_at_s > _IDLE_S:
                    self._let_go()

    def _let_go(self) -> None:
        way, self._way, self._access = self._way, None, None
        if way is not None:
            way.__exit__(None, None, None)


def read_lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; of one that is far too long, no more than shows that it is.

    Windows begins a UTF-8 file with a mark, which is no part of its first line.
    """
    mark = codecs.BOM_UTF8
    while line := source.readline(MAX_LINE + 2):
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE + 2)
        yield line.removesuffix(b"\n").removesuffix(b"\r").removeprefix(mark)
        mark = b""


def _tell_unprinted(number: int, line: bytes, answer: Answer, error: OutputError) -> NoReturn:
    """Say, without the PIN, that a report is stored whose answer nobody has read; what follows it is not filed.

    Raises:
        OutputError: always.
    """
    then = (
        "Ulangi baris itu dengan ref yang sama: jawabannya sama, dan tidak menjadi dua"
        if read_line(line).ref
        else "Baris itu tanpa ref, jadi PIN-nya tidak bisa ditampilkan lagi; jangan diulang, nanti menjadi dua"
    )
    raise OutputError(
        f"{error} Baris {number} sudah tersimpan dengan nomor {answer.number}, tetapi jawabannya tidak bisa ditulis. "
        f"{then}. Baris sesudahnya belum diproses."
    ) from error


def _open(source: str) -> AbstractContextManager[IO[bytes]]:
    try:
        return click.open_file(source, "rb")
    except OSError as error:
        fail(f"Berkas {source} tidak bisa dibuka: {why(error)}.")
