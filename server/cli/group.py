"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from server.cli.words import speak_indonesian
from server.domain.deadlines import wita
from server.errors import CentreError, StorageError

_REASONS: Final = {
    "disk is full": "disk penuh",
    "readonly": "disk hanya bisa dibaca",
    "disk I/O error": "disk gagal dibaca atau ditulis",
    "unable to open": "berkas data tidak dapat dibuka",
    "malformed": "berkas data rusak",
    "not a database": "berkas data rusak",
    "no such table": "berkas data rusak atau tidak lengkap",
    "locked": "berkas data sedang dipakai program lain",
}

F = TypeVar("F", bound=Callable[..., Any])

HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_MISTYPED: Final = 2

speak_indonesian()  # Some words are looked up as commands are made, the others as they run.


class OneLine(click.Command):
    """A command that ends with one line where it was mistyped, and exit code 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line; click would answer a mistyped one with four lines."""
        speak_indonesian()  # Another command line in this process may have spoken meanwhile.
        program = self.name or "kasih-server"
        try:
            return super().main(*args, **({"prog_name": program} | options | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(_MISTYPED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else program
            fail(f"{error.format_message()} (bantuan: {command} --help)", _MISTYPED, program)
        except click.ClickException as error:
            fail(error.format_message(), program=program)
        except click.exceptions.Exit as ended:
            sys.exit(ended.exit_code)
        except click.Abort:
            sys.exit(1)


class IndonesianGroup(OneLine, click.Group):
    """A group whose commands end with one line where a person or the disk is the reason."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StorageError as error:
            fail(f"penyimpanan menolak, tidak ada yang dijanjikan tersimpan: {_reason(str(error))}")
        except CentreError as error:
            fail(str(error))


data_option: Final = click.option(
    "--data", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="Folder data pusat."
)
json_option: Final = click.option("--json", "as_json", is_flag=True, help="Keluaran sebagai JSON.")


def _reason(said: str) -> str:
    """What the disk did, for a person; SQLite says it in English, also through a server that is up."""
    return next((reason for words, reason in _REASONS.items() if words in said), said)


def fail(message: str, exit_code: int = 1, program: str = "kasih-server") -> NoReturn:
    """End with one line on standard error."""
    tell(f"{program}: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)


def tell(*lines: str, err: bool = False) -> None:
    """Print lines for a person. What commands print goes through here or `say`: others wrote a part of it."""
    for line in lines:
        click.echo(plain(line), err=err)


def say(facts: dict[str, Any]) -> None:
    """Print facts as one line of JSON."""
    click.echo(json_line(facts))


def json_line(facts: dict[str, Any]) -> str:
    """Facts as JSON without a line end; what could steer a terminal is escaped as JSON can."""
    return escaped(json.dumps(facts, ensure_ascii=False, separators=(",", ":")))


def escaped(text: str) -> str:
    """JSON in which every letter that cannot be seen is written as JSON escapes it; what it says stays the same."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1] for letter in text)


def plain(text: str) -> str:
    """A text that others wrote, for a terminal: what could steer it is replaced; any kind of space is a space."""
    return text if text.isprintable() else "".join(map(_plain_letter, text))


def _plain_letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if unicodedata.category(letter) == "Zs" else "\ufffd"


def moment(at_ms: int) -> str:
    """A time for a person, such as 22-11-2026 17.55 WITA."""
    return f"{wita(at_ms):%d-%m-%Y %H.%M} WITA"


def iso(at_ms: int | None) -> str | None:
    """A time for a program: ISO 8601 with its offset; None where there was none."""
    return wita(at_ms).isoformat(timespec="seconds") if at_ms else None
