"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from server.cli.words import speak_indonesian
from server.errors import CentreError, StorageError

_REASONS: Final = {
    "disk is full": "disk penuh",
    "readonly": "disk hanya bisa dibaca",
    "disk I/O error": "disk gagal dibaca atau ditulis",
    "unable to open": "berkas data tidak dapat dibuka",
    "malformed": "berkas data rusak",
    "not a database": "berkas data rusak",
}

F = TypeVar("F", bound=Callable[..., Any])

HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_MISTYPED: Final = 2

speak_indonesian()


class IndonesianGroup(click.Group):
    """A group whose commands end with one line where a person or the disk is the reason; a mistyped one with code 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line; click would answer a mistyped one with four lines."""
        try:
            return super().main(*args, **(options | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(_MISTYPED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "kasih-server"
            fail(f"{error.format_message()} (bantuan: {command} --help)", _MISTYPED)
        except click.ClickException as error:
            fail(error.format_message())
        except click.exceptions.Exit as ended:
            sys.exit(ended.exit_code)
        except click.Abort:
            sys.exit(1)

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


def fail(message: str, exit_code: int = 1) -> None:
    """End with one line on standard error."""
    click.echo(f"kasih-server: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)


def say(facts: dict[str, Any]) -> None:
    """Print facts as one line of JSON."""
    click.echo(json.dumps(facts, ensure_ascii=False))


def plain(text: str) -> str:
    """A text that others wrote, for a terminal: what could steer it is replaced."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
