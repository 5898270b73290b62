"""`kasih-kiosk`: the commands of a kiosk. The web stack is imported by `run` alone."""

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from kiosk_agent.access import Access, GoneError, access
from kiosk_agent.errors import IntakeError, KioskError, NotSavedError
from kiosk_agent.intake.lines import MAX_LINE
from kiosk_agent.version import version

SECOND_TRIES = 3
data_option = click.option(
    "--data",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder data kios ini.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Cetak sebagai JSON.")


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """A person's mistake, or the machine's trouble, as one line on standard error."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except KioskError as error:
            fail(str(error))
        except GoneError:
            fail("Agen kios berhenti di tengah perintah. Ulangi perintah ini.")

    return run


def fail(message: str) -> None:
    """End with one line on standard error."""
    click.echo(message, err=True)
    sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version() or "?", prog_name="kasih-kiosk")
def main() -> None:
    """Kios pengaduan: menerima laporan tanpa jaringan, dan mengirimnya ke pusat bila ada jalan."""


@main.command()
@data_option
@click.option("--server", required=True, help="Alamat pusat, misalnya http://pusat.kota.go.id:8000.")
@click.option("--code", required=True, help="Kode pendaftaran sekali pakai dari `kasih-server enrol`.")
@json_option
@plainly
def enrol(data: Path, server: str, code: str, as_json: bool) -> None:
    """Daftarkan kios ini ke pusat. Aman diulang."""
    with access(data, make=True) as kiosk:
        answer = kiosk.enrol(server, code)
    if as_json:
        click.echo(msgspec.json.encode(answer))
    else:
        click.echo(f"Kios terdaftar di {answer.unit_name or answer.unit} ({answer.unit}).")


@main.command()
@data_option
@click.option("--port", type=click.IntRange(0, 65_535), help="Port halaman kios di 127.0.0.1 (bawaan 8180; 0: bebas).")
@plainly
def run(data: Path, port: int | None) -> None:
    """Jalankan kios: halaman layar sentuh dan pengiriman ke pusat. Berhenti dengan Ctrl-C."""
    from kiosk_agent.app import serve  # noqa: PLC0415  The other commands must not load the web stack.

    serve(data, port)


@main.command("file")
@data_option
@click.option(
    "--json", "source", required=True, metavar="FILE", help="Berkas JSON baris demi baris; - untuk masukan baku."
)
@plainly
def file_(data: Path, source: str) -> None:
    """Masukkan laporan dari baris-baris JSON.

    Kolom: text, category, kelurahan; boleh juga place, identity (open, anonymous, secret, unnamed), name, phone,
    sms_ok, accused_unit, channel, ref. Tiap baris disimpan dulu, baru dijawab dengan {"number", "pin", "entry"};
    baris yang salah dijawab dengan {"line", "error"}, yang lain tetap diproses, dan kode keluar menjadi 1.
    """
    with open_source(source) as lines:
        clerk = Clerk(data)
        try:
            for number, line in enumerate(read_lines(lines), start=1):
                if line.strip():
                    clerk.answer(number, line)
        finally:
            clerk.close()
    sys.exit(1 if clerk.has_failed else 0)


@main.command()
@data_option
@plainly
def sync(data: Path) -> None:
    """Kirim dan ambil sampai tidak ada lagi yang tersisa."""
    with access(data) as kiosk:
        answer = kiosk.sync()
    click.echo(json.dumps(answer.counts))
    if answer.error:
        fail(answer.error)


@main.command()
@data_option
@json_option
@plainly
def status(data: Path, as_json: bool) -> None:
    """Tampilkan antrean, kontak terakhir, disk, jam, dan modem."""
    from kiosk_agent.status_text import in_words  # noqa: PLC0415

    with access(data) as kiosk:
        found = kiosk.status()
    click.echo(msgspec.json.encode(found) if as_json else in_words(found))


@main.group()
def bundle() -> None:
    """Kirim dan terima lewat stik USB."""


@bundle.command("export")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@json_option
@plainly
def export(path: Path, data: Path, as_json: bool) -> None:
    """Tulis semua yang belum diterima pusat ke FILE (berkas atau folder)."""
    from kiosk_agent.sync.usb import write_file  # noqa: PLC0415

    with access(data) as kiosk:
        exported = kiosk.export()
    target = path / exported.name if path.is_dir() else path
    write_file(target, exported.bundle)
    if as_json:
        facts = {"file": str(target), "entries": exported.entries, "bytes": len(exported.bundle)}
        click.echo(json.dumps(facts | {"pending": exported.pending}))
    else:
        click.echo(f"{target}: {exported.entries} catatan, {len(exported.bundle)} byte.")


@bundle.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@data_option
@json_option
@plainly
def import_(path: Path, data: Path, as_json: bool) -> None:
    """Baca balasan pusat dari FILE (berkas atau folder)."""
    from kiosk_agent.sync.usb import read_file, reply_in  # noqa: PLC0415

    content = read_file(reply_in(path))
    with access(data) as kiosk:
        imported = kiosk.import_(content)
    if as_json:
        click.echo(msgspec.json.encode(imported))
        return
    click.echo(
        f"Diterima {imported.received} catatan baru; {imported.accepted} catatan kios sudah sampai di pusat, "
        f"{imported.pending} belum."
    )
    if imported.rest:
        click.echo(f"Akhir berkas hilang ({imported.rest} byte terakhir tidak utuh); catatan yang utuh sudah disimpan.")


class Clerk:
    """Files line after line, and goes on through the other way where a running agent ends or starts meanwhile."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._way: Any = None
        self._access: Access | None = None
        self.has_failed = False

    def close(self) -> None:
        """Let go of the data."""
        way, self._way, self._access = self._way, None, None
        if way is not None:
            way.__exit__(None, None, None)

    def answer(self, number: int, line: bytes) -> None:
        """File a line and print what it became, before the next one is read."""
        try:
            said = msgspec.to_builtins(self._file(line))
        except (IntakeError, NotSavedError) as error:
            self.has_failed = True
            said = {"line": number, "error": str(error)}
        click.echo(json.dumps(said, ensure_ascii=False))
        sys.stdout.flush()

    def _file(self, line: bytes) -> Any:
        ref = secrets.token_bytes(16)  # The same for each try: a line is filed once.
        for attempt in range(SECOND_TRIES):
            if self._access is None:
                self._way = access(self._data)
                self._access = self._way.__enter__()
            try:
                return self._access.file(line, ref)
            except GoneError:
                self.close()
                if attempt == SECOND_TRIES - 1:
                    raise
        raise AssertionError("unreachable")


def open_source(source: str) -> Any:
    """The bytes of a file, or of standard input."""
    try:
        return click.open_file(source, "rb")
    except OSError as error:
        fail(f"Berkas {source} tidak bisa dibuka: {error.strerror}.")


def read_lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is far too long no more than shows that it is."""
    while line := source.readline(MAX_LINE + 1):
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE + 1)
        yield line
