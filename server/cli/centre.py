"""`init`, `run` and `enrol`."""

import logging
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.cli.group import data_option, fail, json_option, say, tell
from server.cli.words import Span
from server.control import Running, perform, remove_run_file, write_run_file
from server.errors import OutputError
from server.reasons import why
from server.settings import load_settings

if TYPE_CHECKING:
    from server.actions.found_centre import Founded

_SWITCH_S = 0.001
_CODE_HOURS: Final = ("KASIH_CODE_HOURS", "KASIH_CENTRE_CODE_HOURS")


@click.command()
@data_option
@click.option("--demo", is_flag=True, help="Untuk peragaan: kios bertanya setiap dua detik.")
@json_option
def init(data: Path, *, demo: bool, as_json: bool) -> None:
    """Mulai pusat baru: kunci, basis data, data induk Kota Kupang, admin pertama."""
    from server.actions.found_centre import found_centre  # noqa: PLC0415  Not needed by the other commands.

    found_centre(data, demo=demo, show=lambda founded: _show(founded, data, as_json=as_json))


def _show(founded: "Founded", data: Path, *, as_json: bool) -> None:
    """Print what is shown once, before the centre counts as founded."""
    if as_json:
        facts = {"user": founded.user, "password": founded.password, "recovery_key": founded.recovery_key}
        if founded.officer:
            facts |= {"officer": founded.officer, "officer_password": founded.officer_password}
        say(facts)
        return
    tell(f"Pusat baru di {data}")
    tell(f"Admin pertama      : {founded.user}")
    tell(f"Kata sandi sekali  : {founded.password}")
    if founded.officer:
        tell(f"Petugas tersumpah  : {founded.officer}", f"Kata sandinya      : {founded.officer_password}")
    tell("", "Kunci pemulihan. Tulis di kertas, simpan di lemari terkunci; tidak akan ditampilkan lagi:")
    tell(*founded.recovery_key.splitlines())


@click.command()
@data_option
@click.option("--host", default=None, help="Alamat yang didengarkan (bawaan: 127.0.0.1).")
@click.option("--port", type=Span(0, 65_535), default=None, help="Porta (bawaan: 8000; 0 = yang bebas).")
@click.option("--workers", type=Span(1, 64), default=1, help="Lebih dari satu hanya dengan PostgreSQL.")
def run(data: Path, host: str | None, port: int | None, workers: int) -> None:
    """Jalankan pusat: halaman petugas, pertukaran dengan kios, pemeriksaan kesehatan."""
    # The web stack is slow to load, and only this command needs it.
    from server.app import make_app  # noqa: PLC0415
    from server.http_server import HttpServer, listen  # noqa: PLC0415
    from server.store.centre import open_centre  # noqa: PLC0415
    from server.store.look_over import look_over  # noqa: PLC0415

    if workers > 1:
        fail("lebih dari satu worker hanya dapat dengan PostgreSQL, yang belum dipasang di sini")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    # Checking a signature lets other threads run, folding hardly ever does: else the fold would hold the others up.
    sys.setswitchinterval(_SWITCH_S)
    centre = open_centre(data, flags={"host": host, "port": port}, wait_s=2)
    try:
        centre.read(look_over)
        try:
            listener = listen(centre.settings.host, centre.settings.port)
        except OSError as error:
            fail(f"port {centre.settings.port} di {centre.settings.host} tidak dapat dipakai: {why(error)}")
        running = Running(port=listener.getsockname()[1], token=secrets.token_urlsafe(32), pid=os.getpid())
        server = HttpServer(make_app(centre, running.token))
        write_run_file(data, running)
        tell(f"Pusat Kasih: http://{centre.settings.host}:{running.port}")
        server.run(sockets=[listener])
    finally:
        remove_run_file(data)
        centre.close()


@click.command()
@data_option
@click.option("--unit", required=True, metavar="KODE", help="Unit tempat kios berdiri, misalnya KEL-53.71.01.1001.")
@click.option("--hours", type=Span(0, 24 * 365), default=None, help="Masa berlaku dalam jam (bawaan: 72).")
@json_option
def enrol(data: Path, unit: str, hours: int | None, *, as_json: bool) -> None:
    """Cetak kode pendaftaran sekali pakai untuk satu kios."""
    if hours is None and any(name in os.environ for name in _CODE_HOURS):
        hours = load_settings(data).code_hours  # Of this command: a server that is up has its own environment.
    facts = perform(data, "enrol", {"unit": unit, "hours": hours})
    try:
        if as_json:
            say({"code": facts["code"], "unit": unit})
        else:
            tell(facts["code"])
    except OutputError as error:
        perform(data, "code-void", {"code": facts["code"]})
        raise OutputError(f"kode tidak tercetak dan sudah dibatalkan: {error}") from None
