"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

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
_HEADINGS = {"Options": "Pilihan", "Commands": "Perintah", "Usage": "Pemakaian"}


class IndonesianFormatter(click.HelpFormatter):
    """Headings of --help in the language of who reads it."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Pemakaian: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))


click.Context.formatter_class = IndonesianFormatter


class IndonesianGroup(click.Group):
    """A group whose commands end with exit code 1 and one line where a person or the disk is the reason."""

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


def fail(message: str) -> None:
    """End with exit code 1 and one line on standard error."""
    click.echo(f"kasih-server: {' '.join(message.split())}", err=True)
    sys.exit(1)


def say(facts: dict[str, Any]) -> None:
    """Print facts as one line of JSON."""
    click.echo(json.dumps(facts, ensure_ascii=False))
