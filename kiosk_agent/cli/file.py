"""`kasih-kiosk file`: reports as JSON lines, each stored before its answer, and answered before the next is read."""

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Final

import click
import msgspec

from kiosk_agent.access import Access, GoneError, access
from kiosk_agent.cli.group import data_option, fail
from kiosk_agent.errors import IntakeError, NotSavedError
from kiosk_agent.intake.lines import MAX_LINE, Answer

_TRIES: Final = 3


@click.command()
@data_option
@click.option(
    "--json", "source", required=True, metavar="FILE", help="Berkas berisi baris-baris JSON; - membaca masukan baku."
)
def file(data: Path, source: str) -> None:
    """Masukkan laporan dari baris-baris JSON.

    Kolom: text, category, kelurahan; boleh juga place, identity (open, anonymous, secret, unnamed), name, phone,
    sms_ok, accused_unit, channel, ref. Kolom lain ditolak.

    Tiap baris disimpan dulu, baru dijawab dengan {"number", "pin", "entry"}. Baris yang salah dijawab dengan {"line",
    "error"}, yang lain tetap diproses, dan kode keluar menjadi 1. Baris dengan ref yang sama disimpan sekali saja dan
    dijawab sama.
    """
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
    """Files line after line, and goes on by the other way where a running agent ends or starts meanwhile."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._way: AbstractContextManager[Access] | None = None
        self._access: Access | None = None
        self.has_failed = False

    def close(self) -> None:
        """Let go of the data."""
        way, self._way, self._access = self._way, None, None
        if way is not None:
            way.__exit__(None, None, None)

    def take(self, number: int, line: bytes) -> None:
        """File a line and say what it became."""
        said: dict[str, Any]
        try:
            said = msgspec.to_builtins(self._file(line))
        except (IntakeError, NotSavedError) as error:
            self.has_failed = True
            said = {"line": number, "error": str(error)}
        click.echo(json.dumps(said))
        sys.stdout.flush()

    def _file(self, line: bytes) -> Answer:
        ref = secrets.token_bytes(16)  # The same for each try, so that a line is filed once.
        for left in reversed(range(_TRIES)):
            try:
                return self._reached().file(line, ref)
            except GoneError:
                self.close()
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _reached(self) -> Access:
        if self._access is None:
            self._way = access(self._data)
            self._access = self._way.__enter__()
        return self._access


def read_lines(source: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; of one that is far too long, no more than shows that it is."""
    while line := source.readline(MAX_LINE + 2):
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE + 2)
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def _open(source: str) -> AbstractContextManager[IO[bytes]]:
    try:
        return click.open_file(source, "rb")
    except OSError as error:
        fail(f"Berkas {source} tidak bisa dibuka: {error.strerror}.")
