"""The kiosk as a whole: enrolling it, running it, its sync and its state."""

from pathlib import Path

import click
from msgspec import to_builtins

from firmware_bridge.command_line import Span
from kiosk_agent.access import access
from kiosk_agent.cli.group import data_option, fail, json_anyway, json_option, say, tell
from kiosk_agent.status_text import in_words


@click.command()
@data_option
@click.option("--server", required=True, metavar="URL", help="Alamat pusat, misalnya http://pusat.kota.go.id:8000.")
@click.option("--code", required=True, metavar="KODE", help="Kode sekali pakai dari `kasih-server enrol`.")
@json_option
def enrol(data: Path, server: str, code: str, *, as_json: bool) -> None:
    """Daftarkan kios ini ke pusat.

    Aman diulang dengan kode yang sama. Kode baru hanya dipakai selama kios belum aktif. Alamat kios yang sudah
    terdaftar hanya diganti bila pusatnya sendiri menjawab di alamat itu.
    """
    with access(data, make=True) as kiosk:
        answer = kiosk.enrol(server, code)
    if as_json:
        say(to_builtins(answer))
    else:
        tell(f"Kios terdaftar di {answer.unit_name or answer.unit} ({answer.unit}).")


@click.command()
@data_option
@click.option(
    "--port", type=Span(0, 65_535), metavar="ANGKA", help="Port halaman di 127.0.0.1 (bawaan 8180; 0: yang bebas)."
)
@click.option(
    "--modem",
    multiple=True,
    metavar="PORT",
    help="Modem SMS: port seperti /dev/ttyUSB0 atau COM3, atau `auto`. Boleh lebih dari satu kali.",
)
def run(data: Path, port: int | None, modem: tuple[str, ...]) -> None:
    """Jalankan kios: halaman layar sentuh, pengiriman ke pusat dan, dengan modem, SMS. Berhenti dengan Ctrl-C."""
    from kiosk_agent.run import serve  # noqa: PLC0415  The other commands must not load the web stack.

    serve(data, port, modem)


@click.command()
@data_option
@json_anyway
def sync(data: Path) -> None:
    """Kirim dan ambil sampai tidak ada lagi yang tersisa; cetak hasilnya sebagai JSON.

    Di situ "pending" adalah semua catatan kios yang belum diterima pusat: selain laporan juga pendaftaran dan catatan
    teknis, yang tidak dihitung dalam antrean di `status`.
    """
    with access(data) as kiosk:
        answer = kiosk.sync()
    say(answer.counts)
    if answer.error:
        fail(answer.error)
    if answer.is_revoked:
        fail("Kios ini sudah dicabut oleh pusat: laporan terkirim, tetapi ditahan di sana. Hubungi admin pusat.")


@click.command()
@data_option
@json_option
def status(data: Path, *, as_json: bool) -> None:
    """Tampilkan keadaan kios: pendaftaran, antrean, kontak terakhir, jam, disk dan modem."""
    with access(data) as kiosk:
        found = kiosk.status()
    if as_json:
        say(to_builtins(found))
    else:
        tell(in_words(found))
