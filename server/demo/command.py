"""`kasih-demo`: what a person types, reads, and ends with Ctrl-C."""

import signal
import sys
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Final, NoReturn

import click
import msgspec

from server.cli.group import HELP, OneLine, tell
from server.cli.words import dress
from server.demo.errors import DemoError
from server.demo.folder import Folder
from server.demo.page import Scene
from server.demo.stage import Stage

FOLDER: Final = click.Path(file_okay=False, path_type=Path)
_LOOK_S: Final = 0.3
_WORDS: Final = """
Demo Kasih berjalan. Buka halaman demo di peramban; berhenti dengan Ctrl-C.

  Halaman demo   {demo}   (alamat, hitungan, saklar jaringan)
  Kios           {kiosk}
  Pusat          {centre}   masuk sebagai {user}, {password}{officer}
  Ponsel SMS     {handset}   (ketik SMS ke kios, lihat balasannya)
  Data           {data}
"""


@click.command("kasih-demo", cls=OneLine, context_settings=HELP)
@click.option("--data", type=FOLDER, metavar="FOLDER", default=Path(".demo"), help="Folder demo (bawaan: .demo).")
@click.option("--fresh", is_flag=True, help="Hapus isi folder demo, mulai dari awal.")
@click.option("--json", "as_json", is_flag=True, help="Cetak alamat dan kata sandi sebagai satu baris JSON.")
def main(data: Path, *, fresh: bool, as_json: bool) -> None:
    """Jalankan satu pusat dan satu kios di komputer ini, dengan laporan contoh, saklar jaringan dan ponsel simulasi."""
    stopping = _on_signals()
    try:
        folder = Folder(data, fresh=fresh)
    except DemoError as error:
        _give_up(error)
    stage = Stage(folder, lambda line: click.echo(line, err=True), stopping.is_set)
    try:
        stage.put_up()
        if stage.scene is not None:
            click.echo(msgspec.json.encode(stage.scene) if as_json else _in_words(stage.scene))
            sys.stdout.flush()
        while not stopping.wait(_LOOK_S):
            stage.look()
    except DemoError as error:
        _give_up(error)
    finally:
        click.echo("Menghentikan demo ...", err=True)
        stage.take_down()
        folder.close()


def _give_up(error: DemoError) -> NoReturn:
    tell(*str(error).splitlines(), err=True)
    sys.exit(1)


def _in_words(scene: Scene) -> str:
    officer = f", atau {scene.officer}, {_in(scene.officer_password)}" if scene.officer else ""
    return _WORDS.format(**msgspec.structs.asdict(scene) | {"password": _in(scene.password), "officer": officer})


def _in(password: str) -> str:
    return f"kata sandi {password}" if password else "dengan kata sandi yang sudah Anda ganti"


dress(main)


def _on_signals() -> Event:
    """Set once somebody wants the demo to end, at whatever moment."""
    stopping = Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopping.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    return stopping
